import type { BillingRunRow, InvoiceRow } from '../../db/queries/billing-rows.ts';
import { toIso } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';

/** The invoice of a boundary is paid: its period comes into force. */
export function settleBillingRun(work: SubscriptionWork, invoice: InvoiceRow, paidMinor: number): void {
  const run = work.open.runs.find(({ id }) => id === invoice.billingRunId);
  invariant(run && run.status === 'open', `invoice ${invoice.id} pays an open billing run`);
  run.status = 'settled';
  run.settledAt = businessNow(work);
  touch(work, 'runs', run);
  const statusBefore = work.sub.status;
  enterPeriod(work, run);
  announce(work, { run, invoice, paidMinor, statusBefore });
}

function enterPeriod(work: SubscriptionWork, run: BillingRunRow): void {
  const { sub } = work;
  sub.periodStartAt = run.periodStartAt;
  sub.periodEndAt = run.periodEndAt;
  sub.periodPausedMs = 0;
  sub.basis = { amountMinor: run.amountMinor, startsAt: run.periodStartAt, endsAt: run.periodEndAt };
  sub.incompleteExpiresAt = null;
  sub.collection = 'normal';
  if (sub.status === 'paused') {
    // Paid while paused: the time bought is kept, and nothing resumes by it.
    sub.pauseRemainingMs = Math.max(0, run.periodEndAt - (sub.pausedAt ?? businessNow(work)));
    sub.statusBeforePause = 'active';
  } else {
    sub.status = 'active';
  }
}

function announce(
  work: SubscriptionWork,
  settled: { run: BillingRunRow; invoice: InvoiceRow; paidMinor: number; statusBefore: string },
): void {
  const { run, invoice, paidMinor, statusBefore } = settled;
  const { sub } = work;
  const period = { period_start: toIso(run.periodStartAt), period_end: toIso(run.periodEndAt) };
  if (run.kind === 'first') {
    writeTimeline(work, 'activated', { invoice_id: invoice.id, amount: paidMinor, ...period });
    // Before its first event, `subscriptions.created` says all of this.
    if (sub.sequence === 0) return;
    emit(work, 'subscriptions.updated', () => ({
      subscription: subscriptionSnapshot(sub),
      changes: ['status', 'period'],
    }));
    return;
  }
  writeTimeline(work, 'renewed', { invoice_id: invoice.id, amount: paidMinor, renewal: run.ordinal, ...period });
  if (statusBefore === 'past_due') writeTimeline(work, 'recovered', { invoice_id: invoice.id });
  emit(work, 'subscriptions.renewed', () => ({
    subscription: subscriptionSnapshot(sub),
    invoice_id: invoice.id,
    amount: paidMinor,
    ...period,
  }));
}
