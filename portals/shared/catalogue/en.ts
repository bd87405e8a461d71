import { problems } from './en-problems.ts';
import { subscriptionTexts } from './en-subscription.ts';
import { words } from './en-words.ts';

/** What both portals say. */
export const en = {
  ...words,
  ...subscriptionTexts,
  problem: problems,
  frame: {
    skip: 'Skip to the page',
    navigation: 'Navigation',
    sandbox: 'Sandbox',
    signOut: 'Sign out',
    colours: 'Colours',
    scheme: { light: 'Light', dark: 'Dark', auto: 'As device' },
    language: 'Language',
    help: 'Help',
    support: 'Support',
    lost: 'There is no such page',
    lostText: 'The address may be old or mistyped.',
    toStart: 'To the start page',
  },
  parts: {
    loading: 'Loading',
    close: 'Close',
    dismiss: 'Not now',
    pages: 'Pages of the list',
    page: 'Page {{number}}',
    previous: 'Previous',
    next: 'Next',
    total: 'Total',
    price: '{{amount}} {{interval}}',
    range: '{{from}} – {{to}}',
    card: '{{brand}} ···· {{last4}}',
  },
  preview: {
    nothing: 'Nothing is billed by this change.',
    next: 'Next charge on {{date}}: {{amount}}',
  },
};
