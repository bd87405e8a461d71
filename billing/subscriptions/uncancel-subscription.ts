import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { changeOne, refuseUnless } from './change-one.ts';
import { renderWork } from './render-subscription.ts';

export function uncancelSubscription(context: BillingContext, call: Call, id: SubscriptionId): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    uncancelAsAsked(work);
    return async () => ({ status: 200, body: await renderWork(work) });
  });
}

/** R25: takes a scheduled cancel back. */
export function uncancelAsAsked(work: SubscriptionWork): void {
  refuseUnless(work, 'uncancel');
  work.sub.cancelAt = null;
  work.sub.cancelReason = null;
  writeAudit(work, 'subscription.uncanceled', work.sub.id);
  writeTimeline(work, 'cancel_withdrawn');
  emit(work, 'subscriptions.updated', () => ({ subscription: subscriptionSnapshot(work.sub), changes: ['cancel_at'] }));
}
