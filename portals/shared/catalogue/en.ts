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
  live: {
    lost: 'You are offline, or the platform cannot be reached',
    lostText: 'What you see may be old. It is brought up to date by itself as soon as there is a connection.',
  },
  parts: {
    loading: 'Loading',
    close: 'Close',
    dismiss: 'Not now',
    unanswered: 'It may have arrived all the same. Trying again does nothing twice.',
    rows_one: '{{count}} entry',
    rows_other: '{{count}} entries',
    rowsSoFar_one: '{{count}} entry so far',
    rowsSoFar_other: '{{count}} entries so far',
    more: 'Load more',
    total: 'Total',
    price: '{{amount}} {{interval}}',
    range: '{{from}} – {{to}}',
    card: '{{brand}} ···· {{last4}}',
  },
  sessions: {
    title: 'Where you are signed in',
    text: 'End what you do not know, or do not need any more.',
    browser: 'Browser',
    address: 'Address',
    since: 'Since',
    seen: 'Last seen',
    current: 'This one',
    end: 'End',
    endOf: 'End {{browser}}',
    endTitle: 'End this sign-in?',
    endText: 'The browser signed in since {{since}} is signed out at once.',
    ended: 'It is signed out.',
  },
  preview: {
    nothing: 'Nothing is billed by this change.',
    next: 'Next charge on {{date}}: {{amount}}',
  },
};
