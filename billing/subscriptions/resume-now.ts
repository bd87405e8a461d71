import type { BillingRunRow } from '../../db/queries/billing-rows.ts';
import { loadCurrentRun } from '../../db/queries/billing-runs.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { PaymentStatus } from '../../domain/payments/payment-status.ts';
import { planResume, shortestRemainderMs } from '../../domain/subscriptions/pause.ts';
import { moveAnchor } from '../collection/move-period-end.ts';
import { dueStatus } from '../collection/past-due.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';

/** R24: the time kept at the pause begins to run again; the period's end and the anchor move with it. */
export async function resumeNow(work: SubscriptionWork): Promise<void> {
  const { sub } = work;
  invariant(sub.status === 'paused' && sub.pausedAt !== null, 'only a paused subscription resumes');
  const pausedMs = businessNow(work) - sub.pausedAt;
  const openRun = work.open.runs.find((run) => run.status === 'open');
  sub.status = sub.statusBeforePause ?? 'active';
  if (openRun) extendOpenRun(work, openRun, pausedMs);
  else await extendPeriod(work);
  sub.pausedAt = null;
  sub.resumesAt = null;
  sub.pauseRemainingMs = null;
  sub.statusBeforePause = null;
  sub.lastResult = 'Resumed';
  writeTimeline(work, 'resumed');
  emit(work, 'subscriptions.resumed', () => ({ subscription: subscriptionSnapshot(sub) }));
}

async function extendPeriod(work: SubscriptionWork): Promise<void> {
  const { sub } = work;
  const plan = planResume({
    now: businessNow(work),
    pausedAt: sub.pausedAt ?? businessNow(work),
    remainingMs: Math.max(sub.pauseRemainingMs ?? 0, shortestRemainderMs),
    zone: sub.timezone,
    basis: sub.basis,
    pendingLines: sub.pendingLines,
    periodPausedMs: sub.periodPausedMs,
  });
  const run = sub.periodStartAt === null ? null : await loadCurrentRun(work.tx, sub.id, sub.periodStartAt);
  if (run) {
    run.periodEndAt = plan.periodEndAt;
    touch(work, 'runs', run);
  }
  sub.periodEndAt = plan.periodEndAt;
  if (work.clock && (sub.pauseRemainingMs ?? 0) < shortestRemainderMs) moveClockTo(work, plan.periodEndAt);
  if (sub.status === 'trialing') sub.trialEndAt = plan.periodEndAt;
  if (sub.cancelAt !== null) sub.cancelAt = plan.periodEndAt;
  sub.basis = plan.basis;
  sub.pendingLines = plan.pendingLines;
  sub.periodPausedMs = plan.periodPausedMs;
  moveAnchor(work, plan.periodEndAt);
}

function moveClockTo(work: SubscriptionWork, at: Instant): void {
  if (!work.clock) return;
  work.clock = { ...work.clock, frozenAt: at };
  work.clockChanged = true;
}

/** The pause began after a boundary whose invoice is still open: the period that invoice buys is the one that grows. */
function extendOpenRun(work: SubscriptionWork, run: BillingRunRow, pausedMs: number): void {
  run.periodEndAt += pausedMs;
  touch(work, 'runs', run);
  moveAnchor(work, run.periodEndAt);
  const underWay: readonly PaymentStatus[] = ['pending', 'processing', 'retrying'];
  const unpaid = work.open.payments.find(({ status }) => !underWay.includes(status));
  const invoice = work.open.invoices.find(({ id }) => id === unpaid?.invoiceId);
  if (invoice) dueStatus(work, invoice);
}
