import { invariant } from '../../domain/invariant.ts';
import { planResume } from '../../domain/subscriptions/pause.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { businessNow, emit, type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import { loadCurrentRun } from '../../db/queries/billing-runs.ts';

/** R24: the time kept at the pause begins to run again; the period's end and the anchor move with it. */
export async function resumeNow(work: SubscriptionWork): Promise<void> {
  const { sub } = work;
  invariant(sub.status === 'paused' && sub.pausedAt !== null, 'only a paused subscription resumes');
  const plan = planResume({
    now: businessNow(work),
    pausedAt: sub.pausedAt,
    remainingMs: sub.pauseRemainingMs ?? 0,
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
  sub.status = sub.statusBeforePause ?? 'active';
  sub.periodEndAt = plan.periodEndAt;
  if (sub.status === 'trialing') sub.trialEndAt = plan.periodEndAt;
  if (sub.cancelAt !== null) sub.cancelAt = plan.periodEndAt;
  sub.basis = plan.basis;
  sub.pendingLines = plan.pendingLines;
  sub.periodPausedMs = plan.periodPausedMs;
  sub.pausedAt = null;
  sub.resumesAt = null;
  sub.pauseRemainingMs = null;
  sub.statusBeforePause = null;
  work.newAnchor = plan.anchor;
  work.anchor = { ...plan.anchor, ordinal: work.anchor?.ordinal ?? 0 };
  sub.lastResult = 'Resumed';
  writeTimeline(work, 'resumed');
  emit(work, 'subscriptions.resumed', () => ({ subscription: subscriptionSnapshot(sub) }));
}
