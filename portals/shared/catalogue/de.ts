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
  live: {
    lost: 'Sie sind offline, oder die Plattform ist nicht erreichbar',
    lostText:
      'Was Sie sehen, kann veraltet sein. Es wird von selbst aktualisiert, sobald die Verbindung wieder da ist.',
  },
  parts: {
    loading: 'Wird geladen',
    close: 'Schließen',
    dismiss: 'Jetzt nicht',
    unanswered: 'Es kann trotzdem angekommen sein. Ein neuer Versuch führt nichts doppelt aus.',
    rows_one: '{{count}} Eintrag',
    rows_other: '{{count}} Einträge',
    rowsSoFar_one: 'Bisher {{count}} Eintrag',
    rowsSoFar_other: 'Bisher {{count}} Einträge',
    more: 'Mehr laden',
    total: 'Summe',
    price: '{{amount}} {{interval}}',
    range: '{{from}} – {{to}}',
    card: '{{brand}} ···· {{last4}}',
  },
  sessions: {
    title: 'Wo Sie angemeldet sind',
    text: 'Beenden Sie, was Sie nicht kennen oder nicht mehr brauchen.',
    browser: 'Browser',
    address: 'Adresse',
    since: 'Seit',
    seen: 'Zuletzt gesehen',
    current: 'Dieser hier',
    end: 'Beenden',
    endOf: 'Beenden: {{browser}}',
    endTitle: 'Diese Anmeldung beenden?',
    endText: 'Der Browser, der seit {{since}} angemeldet ist, wird sofort abgemeldet.',
    ended: 'Er ist abgemeldet.',
  },
  preview: {
    nothing: 'Diese Änderung kostet nichts.',
    next: 'Nächste Abbuchung am {{date}}: {{amount}}',
  },
};
