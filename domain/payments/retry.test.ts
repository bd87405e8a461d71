import { describe, expect, it } from 'vitest';
import type { SubscriptionStatus } from '../subscriptions/subscription.ts';
import type { PaymentStatus } from './payment-status.ts';
import { type RetryFacts, refusalOfRetry } from './retry.ts';

const failed: RetryFacts = {
  status: 'failed',
  attemptsCount: 1,
  attemptCountMax: 5,
  invoiceKind: 'period',
  subscription: { status: 'past_due', collection: 'normal', parked: false },
};
const codeOf = (facts: Partial<RetryFacts>) => refusalOfRetry({ ...failed, ...facts })?.code ?? null;

describe('a payment may be retried', () => {
  it.each([
    ['failed', null],
    ['pending', 'payment_in_flight'],
    ['processing', 'payment_in_flight'],
    ['requires_action', 'payment_in_flight'],
    ['retrying', 'payment_in_flight'],
    ['failed_permanent', 'invalid_state'],
    ['completed', 'payment_completed'],
    ['partially_refunded', 'payment_completed'],
    ['refunded', 'payment_completed'],
    ['disputed', 'payment_completed'],
  ] satisfies [PaymentStatus, string | null][])('in %s: %s', (status, code) => {
    expect(codeOf({ status })).toBe(code);
  });

  it('while attempts are left', () => {
    expect(codeOf({ attemptsCount: 4 })).toBeNull();
    expect(codeOf({ attemptsCount: 5 })).toBe('invalid_state');
  });

  it.each([
    ['past_due', null, null],
    ['active', 'invalid_state', null],
    ['trialing', 'invalid_state', null],
    ['paused', 'invalid_state', 'invalid_state'],
    ['incomplete', 'invalid_state', 'invalid_state'],
    ['scheduled', 'invalid_state', 'invalid_state'],
    ['canceled', 'invalid_state', 'invalid_state'],
    ['expired', 'invalid_state', 'invalid_state'],
    ['payment_failed', 'invalid_state', 'invalid_state'],
  ] satisfies [SubscriptionStatus, string | null, string | null][])(
    'of a subscription that is %s: a period %s, an additional charge %s',
    (status, period, additional) => {
      const subscription = { status, collection: 'normal' as const, parked: false };
      expect(codeOf({ subscription })).toBe(period);
      expect(codeOf({ subscription, invoiceKind: 'additional' })).toBe(additional);
    },
  );

  it('in dunning before the first period was paid', () => {
    expect(codeOf({ subscription: { status: 'incomplete', collection: 'dunning', parked: false } })).toBeNull();
  });

  it('not while an operator has to look, nor without a subscription', () => {
    const subscription = { status: 'past_due' as const, collection: 'normal' as const, parked: true };
    expect(codeOf({ subscription })).toBe('subscription_needs_attention');
    expect(codeOf({ subscription: null })).toBe('invalid_state');
  });
});
