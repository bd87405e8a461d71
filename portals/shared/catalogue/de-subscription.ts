import type { subscriptionTexts as english } from './en-subscription.ts';

export const subscriptionTexts: typeof english = {
  changePlan: {
    title: 'Tarif wechseln',
    to: 'Zu welchem Tarif?',
    none: 'Es gibt keinen anderen Tarif in dieser Währung.',
    when: 'Wann',
    now: 'Jetzt',
    periodEnd: 'Zum Ende des Zeitraums',
    nextInvoiceText:
      'Der neue Tarif gilt sofort. Der Unterschied für den Rest des Zeitraums steht auf der nächsten Rechnung: Jetzt wird nichts abgebucht.',
    periodEndText: 'Jetzt wird nichts abgebucht. Der neue Preis gilt ab dem nächsten Zeitraum.',
    confirm: 'Tarif wechseln',
    done: 'Der Tarif ist gewechselt.',
    waits: {
      period_end: 'Der Tarif wechselt zum Ende des Zeitraums.',
      payment: 'Der Tarif wechselt, sobald die Zahlung eingegangen ist.',
    },
  },
  proration: {
    field: 'Der Rest dieses Zeitraums',
    invoice_now: 'Jetzt ausgleichen',
    next_invoice: 'Auf der nächsten Rechnung',
    none: 'Gar nicht',
    invoice_nowText:
      'Der Unterschied für den Rest des Zeitraums wird jetzt ausgeglichen: Fälliges wird abgebucht, Übriges wird Guthaben.',
    next_invoiceText:
      'Die Änderung gilt sofort; der Unterschied für den Rest des Zeitraums steht auf der nächsten Rechnung. Übriges wird Guthaben.',
    noneText: 'Die Änderung gilt sofort, und für den Rest des Zeitraums wird nichts berechnet oder gutgeschrieben.',
  },
  cancel: {
    title: '{{plan}} kündigen',
    when: 'Wann soll es enden?',
    periodEnd: 'Zum Ende des bezahlten Zeitraums',
    until: 'Es kann bis {{date}} genutzt und die Kündigung bis dahin zurückgenommen werden.',
    now: 'Jetzt',
    nowText: 'Es endet sofort, und das lässt sich nicht zurücknehmen.',
    onlyNow: 'Das Abonnement endet sofort. Das lässt sich nicht zurücknehmen.',
    reason: 'Warum? (freiwillig)',
    confirm: 'Abonnement kündigen',
    done: 'Das Abonnement ist gekündigt.',
    planned: 'Das Abonnement endet mit dem Zeitraum.',
  },
  uncancel: {
    title: 'Abonnement behalten',
    text: '{{plan}} läuft weiter und verlängert sich wie bisher.',
    confirm: 'Behalten',
    done: 'Das Abonnement läuft weiter.',
  },
  pause: {
    title: '{{plan}} pausieren',
    text: 'In der Pause wird nichts abgebucht, und die bezahlte Zeit bleibt für später erhalten.',
    until: 'Bis (freiwillig)',
    untilText: 'Ohne Datum ruht es, bis es fortgesetzt wird.',
    confirm: 'Pausieren',
    done: 'Das Abonnement ist pausiert.',
  },
  resume: {
    title: '{{plan}} fortsetzen',
    text: 'Die bezahlte Zeit läuft ab jetzt weiter; die nächste Zahlung verschiebt sich entsprechend.',
    confirm: 'Fortsetzen',
    done: 'Das Abonnement läuft weiter.',
  },
  upcoming: {
    title: 'Kommende Zahlungen',
    none: 'Es wird nichts abgebucht.',
    due: 'Fällig',
    for: 'Für',
    amount: 'Betrag',
  },
};
