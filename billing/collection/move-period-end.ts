import { loadCurrentRun } from '../../db/queries/billing-runs.ts';
import { anchorAt } from '../../domain/calendar/anchor.ts';
import type { Instant } from '../../domain/instant.ts';
import { type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';

/** From now on boundaries are counted from this instant (R28). */
export function moveAnchor(work: SubscriptionWork, at: Instant): void {
  const ordinal = work.anchor?.ordinal ?? 0;
  work.newAnchor = anchorAt(at, work.sub.timezone);
  work.anchor = { ...work.newAnchor, ordinal };
}

/** The period in force ends elsewhere: its billing run, a trial and a scheduled cancel move along, and the anchor with them. */
export async function movePeriodEnd(work: SubscriptionWork, endAt: Instant): Promise<void> {
  const { sub } = work;
  if (sub.periodStartAt !== null) {
    const run = await loadCurrentRun(work.tx, sub.id, sub.periodStartAt);
    if (run) {
      run.periodEndAt = endAt;
      touch(work, 'runs', run);
    }
  }
  sub.periodEndAt = endAt;
  if (sub.status === 'trialing') sub.trialEndAt = endAt;
  if (sub.cancelAt !== null) sub.cancelAt = endAt;
  moveAnchor(work, endAt);
}
