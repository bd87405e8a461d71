import type { RefusalCode } from '../errors.ts';
import type { SubscriptionStatus } from '../subscriptions/subscription.ts';
import type { PaymentStatus } from './payment-status.ts';

/** What decides whether somebody may have a payment tried again now (spec §8). */
export interface RetryFacts {
  status: PaymentStatus;
  attemptsCount: number;
  attemptCountMax: number;
  /** `period` bills time of the subscription; the other kinds stand beside it. */
  invoiceKind: 'period' | 'proration' | 'additional' | 'manual';
  /** Null for a payment of no subscription. */
  subscription: { status: SubscriptionStatus; collection: 'normal' | 'dunning'; parked: boolean } | null;
}

export interface RetryRefusal {
  code: RefusalCode;
  reason: string;
}

/** Null where it may be retried: it has failed, attempts are left, and its subscription is one that is charged. */
export function refusalOfRetry(facts: RetryFacts): RetryRefusal | null {
  switch (facts.status) {
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
      return { code: 'payment_completed', reason: 'The payment is completed.' };
    case 'failed_permanent':
      return {
        code: 'invalid_state',
        reason: 'The payment has failed permanently; another payment method opens a new one.',
      };
    case 'pending':
    case 'processing':
    case 'requires_action':
    case 'retrying':
      return { code: 'payment_in_flight', reason: 'The payment is under way.' };
    case 'failed':
      return facts.attemptsCount < facts.attemptCountMax ? refusalOfSubscription(facts) : noAttemptsLeft;
    default:
      return facts.status satisfies never;
  }
}

const noAttemptsLeft: RetryRefusal = { code: 'invalid_state', reason: 'No attempts are left.' };
const beside: readonly SubscriptionStatus[] = ['trialing', 'active', 'past_due'];

/** R21: what is due of a period is retried while it is past due, or in dunning before the first period was paid. */
export function refusalOfSubscription(facts: Pick<RetryFacts, 'invoiceKind' | 'subscription'>): RetryRefusal | null {
  const { subscription, invoiceKind } = facts;
  if (!subscription)
    return { code: 'invalid_state', reason: 'An invoice without a subscription is collected by `pay`.' };
  if (subscription.parked) {
    return { code: 'subscription_needs_attention', reason: 'An operator has to look at the subscription first.' };
  }
  const { status, collection } = subscription;
  const fits =
    invoiceKind === 'period'
      ? status === 'past_due' || (status === 'incomplete' && collection === 'dunning')
      : beside.includes(status);
  return fits ? null : { code: 'invalid_state', reason: `Nothing is charged while the subscription is ${status}.` };
}
