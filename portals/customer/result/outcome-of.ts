import type { PaymentInList, Subscription } from '../../shared/rest/types.ts';

/** `bank`: the customer has to confirm there; `open`: nobody knows yet. */
export type Outcome = 'subscribed' | 'paid' | 'failed' | 'bank' | 'open';

const underWay = new Set<PaymentInList['status']>(['pending', 'processing', 'retrying']);
const collected = new Set<PaymentInList['status']>(['completed', 'refunded', 'partially_refunded', 'disputed']);
const failed = new Set<Subscription['status']>(['payment_failed', 'expired']);

/** Payments newest first; without one a subscription is in its trial, or about to be charged. */
export function outcomeOf(status: Subscription['status'], payments: readonly Pick<PaymentInList, 'status'>[]): Outcome {
  const newest = payments[0]?.status;
  if (newest === undefined) return status === 'incomplete' ? 'open' : 'subscribed';
  if (newest === 'requires_action') return 'bank';
  if (underWay.has(newest)) return 'open';
  if (!collected.has(newest) || failed.has(status)) return 'failed';
  return payments.length > 1 ? 'paid' : 'subscribed';
}

export function isSettled(outcome: Outcome): boolean {
  return outcome !== 'bank' && outcome !== 'open';
}
