import { newId } from '../../db/new-id.ts';
import type { Instant } from '../../domain/instant.ts';
import { toIso } from '../../domain/instant.ts';
import { add, businessNow, type SubscriptionWork, writeTimeline } from '../subscription-work/subscription-work.ts';

/** A trial is a period nobody pays for: the first of the tiling, ended by the first charge. */
export function enterTrial(work: SubscriptionWork, startsAt: Instant, endsAt: Instant): void {
  const { sub } = work;
  work.lastRunOrdinal += 1;
  add(work, 'runs', {
    tenantId: sub.tenantId,
    id: newId('billingRun'),
    subscriptionId: sub.id,
    kind: 'trial',
    ordinal: work.lastRunOrdinal,
    boundaryAt: startsAt,
    periodStartAt: startsAt,
    periodEndAt: endsAt,
    amountMinor: 0,
    status: 'settled',
    openedAt: businessNow(work),
    settledAt: businessNow(work),
  });
  sub.status = 'trialing';
  sub.periodStartAt = startsAt;
  sub.periodEndAt = endsAt;
  sub.basis = null;
  sub.lastResult = 'Trial began';
  writeTimeline(work, 'trial_started', { trial_end: toIso(endsAt) });
}
