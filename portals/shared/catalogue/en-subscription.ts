/** What is asked and said where somebody changes a subscription. */
export const subscriptionTexts = {
  changePlan: {
    title: 'Change plan',
    to: 'To which plan?',
    none: 'There is no other plan in this currency.',
    when: 'When',
    now: 'Now',
    periodEnd: 'At the end of the period',
    nextInvoiceText:
      'The new plan applies at once. The difference for the rest of the period is on the next invoice: nothing is charged now.',
    periodEndText: 'Nothing is charged now. The new price applies from the next period.',
    confirm: 'Change plan',
    done: 'The plan is changed.',
    waits: {
      period_end: 'The plan changes at the end of the period.',
      payment: 'The plan changes as soon as the payment is received.',
    },
  },
  proration: {
    field: 'The rest of this period',
    invoice_now: 'Settle it now',
    next_invoice: 'On the next invoice',
    none: 'Not at all',
    invoice_nowText:
      'The difference for the rest of the period is settled now: what is due is charged, what is left over becomes credit.',
    next_invoiceText:
      'The change applies at once; the difference for the rest of the period is on the next invoice. What is left over becomes credit.',
    noneText: 'The change applies at once, and nothing is charged or credited for the rest of the period.',
  },
  cancel: {
    title: 'Cancel {{plan}}',
    when: 'When should it end?',
    periodEnd: 'At the end of the paid period',
    until: 'It can be used until {{date}}, and the cancellation be withdrawn until then.',
    now: 'Now',
    nowText: 'It ends at once and cannot be undone.',
    onlyNow: 'The subscription ends at once. This cannot be undone.',
    reason: 'Why? (optional)',
    confirm: 'Cancel subscription',
    done: 'The subscription is canceled.',
    planned: 'The subscription will end with the period.',
  },
  uncancel: {
    title: 'Keep the subscription',
    text: '{{plan}} goes on and renews as before.',
    confirm: 'Keep it',
    done: 'The subscription goes on.',
  },
  pause: {
    title: 'Pause {{plan}}',
    text: 'Nothing is charged while it rests, and the time paid for is kept for later.',
    until: 'Until (optional)',
    untilText: 'Without a date it rests until it is resumed.',
    confirm: 'Pause',
    done: 'The subscription is paused.',
  },
  resume: {
    title: 'Resume {{plan}}',
    text: 'The time paid for runs on from now; the next payment moves accordingly.',
    confirm: 'Resume',
    done: 'The subscription goes on.',
  },
  upcoming: {
    title: 'Upcoming payments',
    none: 'Nothing is going to be charged.',
    due: 'Due',
    for: 'For',
    amount: 'Amount',
  },
};
