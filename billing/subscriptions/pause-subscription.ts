import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { planPause } from '../../domain/subscriptions/pause.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { businessNow, emit, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { changeOne, refuseUnless } from './change-one.ts';
import { renderWork } from './render-subscription.ts';

/** R24: stops charging and keeps the time left, until a date or open-ended. A boundary passed but not opened is not charged. */
export function pauseSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: { resumesAt: Instant | null },
): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    refuseUnless(work, 'pause');
    const { sub } = work;
    const now = businessNow(work);
    if (input.resumesAt !== null && input.resumesAt <= now) {
      throw new DomainError('invalid_request', 'resumes_at lies in the past.', { field: 'resumes_at' });
    }
    sub.statusBeforePause = sub.status === 'trialing' ? 'trialing' : 'active';
    sub.pauseRemainingMs = planPause({ now, periodEndAt: sub.periodEndAt }).remainingMs;
    sub.status = 'paused';
    sub.pausedAt = now;
    sub.resumesAt = input.resumesAt;
    sub.lastResult = 'Paused';
    const resumesAt = input.resumesAt === null ? null : toIso(input.resumesAt);
    writeAudit(work, 'subscription.paused', sub.id, { resumes_at: resumesAt });
    writeTimeline(work, 'paused', { resumes_at: resumesAt });
    emit(work, 'subscriptions.paused', () => ({ subscription: subscriptionSnapshot(sub) }));
    return async () => ({ status: 200, body: await renderWork(work) });
  });
}
