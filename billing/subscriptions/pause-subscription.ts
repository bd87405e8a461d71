import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { changeOne, refuseUnless } from './change-one.ts';
import { pauseNow } from './pause-now.ts';
import { renderWork } from './render-subscription.ts';

export function pauseSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: { resumesAt: Instant | null },
): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    pauseAsAsked(work, input);
    return async () => ({ status: 200, body: await renderWork(work) });
  });
}

/** R24: stops charging and keeps the time left, until a date or open-ended. A boundary passed but not opened is not charged. */
export function pauseAsAsked(work: SubscriptionWork, { resumesAt }: { resumesAt: Instant | null }): void {
  refuseUnless(work, 'pause');
  if (resumesAt !== null && resumesAt <= businessNow(work)) {
    throw new DomainError('invalid_request', 'resumes_at lies in the past.', { field: 'resumes_at' });
  }
  pauseNow(work, { resumesAt });
}
