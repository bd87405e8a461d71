import { renderTimelineEntry } from '../../billing/subscriptions/read-history.ts';
import { renderWebhookInList } from '../../billing/webhooks/render-webhook.ts';
import type { BillingRunBody } from '../../contracts/rest/billing-runs.ts';
import type { AttemptRow, BillingRunRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import type { EventOfRun, StoryOfRuns } from '../../db/queries/story-of-runs.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { renderAdminAttempt } from './render-admin-payment.ts';

type InvoiceInRun = BillingRunBody['invoices'][number];
type PaymentInRun = InvoiceInRun['payments'][number];

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

/** One run with what is its own of a whole page. */
export function renderBillingRun(run: BillingRunRow, story: StoryOfRuns, seesWebhooks: boolean): BillingRunBody {
  const own = <Row extends { runId: string }>(rows: readonly Row[]) => rows.filter(({ runId }) => runId === run.id);
  return {
    billing_run_id: run.id,
    kind: run.kind,
    ordinal: run.ordinal,
    status: run.status,
    boundary_at: toIso(run.boundaryAt),
    period_start: toIso(run.periodStartAt),
    period_end: toIso(run.periodEndAt),
    opened_at: toIso(run.openedAt),
    settled_at: isoOrNull(run.settledAt),
    invoices: own(story.invoices).map((invoice) => renderInvoice(invoice, story, seesWebhooks)),
    entries: own(story.entries).map(renderTimelineEntry),
    events: own(story.events).map(renderEvent),
  };
}

function renderInvoice(invoice: InvoiceRow, story: StoryOfRuns, seesWebhooks: boolean): InvoiceInRun {
  const payments = story.payments.filter(({ invoiceId }) => invoiceId === invoice.id);
  return {
    invoice_id: invoice.id,
    number: invoice.number,
    kind: invoice.kind,
    status: invoice.status,
    total: invoice.totalMinor,
    currency: invoice.currency,
    created_at: toIso(invoice.createdAt),
    finalized_at: isoOrNull(invoice.finalizedAt),
    paid_at: isoOrNull(invoice.paidAt),
    voided_at: isoOrNull(invoice.voidedAt),
    payments: payments.map((payment) => renderPayment(payment, story, seesWebhooks)),
  };
}

function renderPayment(payment: PaymentRow, story: StoryOfRuns, seesWebhooks: boolean): PaymentInRun {
  const attempts = story.attempts.filter(({ paymentId }) => paymentId === payment.id);
  return {
    payment_id: payment.id,
    status: payment.status,
    amount: payment.amountMinor,
    currency: payment.currency,
    attempts_count: payment.attemptsCount,
    max_retries: payment.attemptCountMax,
    next_attempt_at: isoOrNull(payment.retryAt),
    attempts: attempts.map((attempt) => renderAttemptInRun(attempt, story, seesWebhooks)),
  };
}

function renderAttemptInRun(
  attempt: AttemptRow,
  { webhooks }: StoryOfRuns,
  seesWebhooks: boolean,
): PaymentInRun['attempts'][number] {
  return {
    ...renderAdminAttempt(attempt),
    due_at: toIso(attempt.dueAt),
    webhooks: seesWebhooks
      ? webhooks.filter(({ attemptId }) => attemptId === attempt.id).map(renderWebhookInList)
      : null,
  };
}

function renderEvent(event: EventOfRun): BillingRunBody['events'][number] {
  return {
    event_id: event.id,
    sequence: event.sequence,
    type: event.topic,
    occurred_at: toIso(event.occurredAt),
    published_at: isoOrNull(event.publishedAt),
    invoice_id: event.invoiceId,
    payment_id: event.paymentId,
    attempt_number: event.attemptNumber,
  };
}
