import { problems } from './de-problems.ts';
import { subscriptionTexts } from './de-subscription.ts';
import { words } from './de-words.ts';
import type { en } from './en.ts';

export const de: typeof en = {
  ...words,
  ...subscriptionTexts,
  problem: problems,
  frame: {
    skip: 'Zum Inhalt springen',
    navigation: 'Navigation',
    sandbox: 'Sandbox',
    signOut: 'Abmelden',
    colours: 'Farben',
    scheme: { light: 'Hell', dark: 'Dunkel', auto: 'Auto' },
    language: 'Sprache',
    help: 'Hilfe',
    support: 'Kontakt',
    lost: 'Diese Seite gibt es nicht',
    lostText: 'Die Adresse ist vielleicht veraltet oder vertippt.',
    toStart: 'Zur Startseite',
  },
  parts: {
    loading: 'Wird geladen',
    close: 'Schließen',
    dismiss: 'Jetzt nicht',
    pages: 'Seiten der Liste',
    page: 'Seite {{number}}',
    previous: 'Zurück',
    next: 'Weiter',
    total: 'Summe',
    price: '{{amount}} {{interval}}',
    range: '{{from}} – {{to}}',
    card: '{{brand}} ···· {{last4}}',
  },
  preview: {
    nothing: 'Diese Änderung kostet nichts.',
    next: 'Nächste Abbuchung am {{date}}: {{amount}}',
  },
};
