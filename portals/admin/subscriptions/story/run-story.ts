import type { BillingRun, TimelineEntry } from '../../../shared/rest/types.ts';

export type RunInvoice = BillingRun['invoices'][number];
export type RunPayment = RunInvoice['payments'][number];
export type RunAttempt = RunPayment['attempts'][number];
export type RunEvent = BillingRun['events'][number];

/** One thing of a billing run as it is read, at its business instant, with the events that told of it. */
export type StoryStep = { key: string; at: string; events: RunEvent[] } & (
  | { kind: 'boundary' }
  | { kind: 'invoice'; invoice: RunInvoice }
  | { kind: 'attempt'; invoice: RunInvoice; payment: RunPayment; attempt: RunAttempt; entry: TimelineEntry | null }
  | { kind: 'retry'; payment: RunPayment }
  | { kind: 'paid'; invoice: RunInvoice; entry: TimelineEntry | null }
  | { kind: 'voided'; invoice: RunInvoice }
  | { kind: 'entry'; entry: TimelineEntry }
);

export interface RunStory {
  steps: StoryStep[];
  /** Events that are told by none of the steps. */
  others: RunEvent[];
}

/** What somebody did comes before what the platform made of it, at one and the same instant. */
const causes = new Set([
  ...['created', 'plan_changed', 'change_scheduled', 'billing_date_changed', 'payment_method_changed', 'resumed'],
  ...['retry_requested', 'retry_planned', 'payment_requested', 'payment_planned', 'repaired', 'provider_account_ready'],
]);
const paidActions = new Set(['activated', 'renewed']);

const order = { boundary: 0, invoice: 2, attempt: 3, paid: 5, voided: 5, retry: 7 } as const;

function rankOf(step: StoryStep): number {
  if (step.kind !== 'entry') return order[step.kind];
  return causes.has(step.entry.action) ? 1 : 4;
}

/** From the boundary on, in the order of business time; each row of the timeline that a step tells already stands in it. */
export function tellRun(run: BillingRun): RunStory {
  const told = new Set<TimelineEntry>();
  const take = (fits: (entry: TimelineEntry) => boolean): TimelineEntry | null => {
    const entry = run.entries.find((one) => !told.has(one) && fits(one)) ?? null;
    if (entry) told.add(entry);
    return entry;
  };
  const steps: StoryStep[] = [{ kind: 'boundary', key: 'boundary', at: run.boundary_at, events: [] }];
  for (const invoice of run.invoices) steps.push(...stepsOfInvoice(invoice, take));
  run.entries.forEach((entry, index) => {
    if (!told.has(entry)) steps.push({ kind: 'entry', key: `entry ${index}`, at: entry.at, events: [], entry });
  });
  const sorted = steps.toSorted((a, b) => a.at.localeCompare(b.at) || rankOf(a) - rankOf(b));
  const others = run.events.filter((event) => !place(event, sorted));
  return { steps: sorted, others };
}

function stepsOfInvoice(
  invoice: RunInvoice,
  take: (fits: (entry: TimelineEntry) => boolean) => TimelineEntry | null,
): StoryStep[] {
  const { invoice_id: id } = invoice;
  const steps: StoryStep[] = [{ kind: 'invoice', key: id, at: invoice.created_at, events: [], invoice }];
  for (const payment of invoice.payments) {
    for (const attempt of payment.attempts) {
      const entry = take(
        ({ action, details }) =>
          action === 'payment_failed' &&
          details['payment_id'] === payment.payment_id &&
          details['attempt'] === attempt.number,
      );
      steps.push({
        ...{ kind: 'attempt', key: attempt.attempt_id, at: attempt.due_at, events: [] },
        ...{ invoice, payment, attempt, entry },
      });
    }
    if (payment.next_attempt_at !== null)
      steps.push({
        ...{ kind: 'retry', key: `retry ${payment.payment_id}`, at: payment.next_attempt_at, events: [] },
        payment,
      });
  }
  if (invoice.paid_at !== null) {
    const entry = take(({ action, details }) => paidActions.has(action) && details['invoice_id'] === id);
    steps.push({ kind: 'paid', key: `paid ${id}`, at: invoice.paid_at, events: [], invoice, entry });
  }
  if (invoice.voided_at !== null)
    steps.push({ kind: 'voided', key: `voided ${id}`, at: invoice.voided_at, events: [], invoice });
  return steps;
}

const actionsOfEvent: Readonly<Record<string, readonly string[]>> = {
  'subscriptions.created': ['created', 'trial_started'],
  'subscriptions.cancelled': ['canceled'],
  'subscriptions.paused': ['paused'],
  'subscriptions.resumed': ['resumed'],
  'subscriptions.expired': ['expired'],
  'subscriptions.updated': [
    ...['plan_changed', 'billing_date_changed', 'change_scheduled', 'change_lapsed', 'change_refused', 'past_due'],
    ...['cancel_scheduled', 'cancel_withdrawn', 'payment_method_changed', 'recovered'],
  ],
  'payments.refunded': ['refunded', 'refund_failed'],
  'payments.disputed': ['disputed', 'dispute_reserved', 'dispute_won', 'dispute_lost'],
  'payments.retry.manual': ['retry_requested'],
  'payments.requested': ['payment_requested'],
};

/** What follows from an attempt that did not pay. */
const followUps = new Set(['payments.retry.requested', 'payments.failed_permanent']);

function isAttemptOf({ payment_id }: RunEvent, step: StoryStep): boolean {
  return step.kind === 'attempt' && step.payment.payment_id === payment_id;
}

/** Puts an event to the step it tells of; false where there is none. */
function place(event: RunEvent, steps: readonly StoryStep[]): boolean {
  const step = followUps.has(event.type)
    ? steps.findLast((one) => isAttemptOf(event, one) && one.at <= event.occurred_at)
    : steps.find((one) => tells(event, one));
  step?.events.push(event);
  return step !== undefined;
}

function tells(event: RunEvent, step: StoryStep): boolean {
  const { type, invoice_id } = event;
  switch (step.kind) {
    case 'invoice':
      return (type === 'invoices.created' || type === 'invoices.finalized') && invoice_id === step.invoice.invoice_id;
    case 'attempt':
      return (
        (type === 'payments.failed' || type === 'payments.completed') &&
        isAttemptOf(event, step) &&
        event.attempt_number === step.attempt.number
      );
    case 'paid':
      return (
        ['invoices.paid', 'payments.completed', 'subscriptions.renewed'].includes(type) &&
        invoice_id === step.invoice.invoice_id
      );
    case 'entry':
      // One event for each row of the timeline, both of the same instant; a creation is told once its first charge is decided.
      return (
        (actionsOfEvent[type] ?? []).includes(step.entry.action) &&
        (step.at === event.occurred_at || type === 'subscriptions.created') &&
        step.events.length === 0
      );
    case 'boundary':
    case 'retry':
    case 'voided':
      return false;
  }
}
