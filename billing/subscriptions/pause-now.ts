import { type Instant, toIso } from '../../domain/instant.ts';
import { planPause } from '../../domain/subscriptions/pause.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';

/** R24, for whoever may: the time left is kept until the subscription resumes. */
export function pauseNow(work: SubscriptionWork, pause: { resumesAt: Instant | null; reason?: string }): void {
  const { sub } = work;
  const now = businessNow(work);
  sub.statusBeforePause = sub.status === 'trialing' ? 'trialing' : 'active';
  sub.pauseRemainingMs = planPause({ now, periodEndAt: sub.periodEndAt }).remainingMs;
  sub.status = 'paused';
  sub.pausedAt = now;
  sub.resumesAt = pause.resumesAt;
  sub.lastResult = 'Paused';
  const resumesAt = pause.resumesAt === null ? null : toIso(pause.resumesAt);
  const details = { resumes_at: resumesAt, ...(pause.reason === undefined ? {} : { reason: pause.reason }) };
  writeAudit(work, 'subscription.paused', sub.id, details);
  writeTimeline(work, 'paused', details);
  emit(work, 'subscriptions.paused', () => ({ subscription: subscriptionSnapshot(sub) }));
}
