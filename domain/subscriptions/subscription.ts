import type { CustomerId, PaymentMethodId, PlanId, PriceId, SubscriptionId, TenantId } from '../ids.ts';
import type { Instant } from '../instant.ts';

/** R21. `payment_failed` with `collection: 'dunning'` is stored as `incomplete` and rendered `payment_failed`. */
export type SubscriptionStatus =
  | 'scheduled'
  | 'incomplete'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'paused'
  | 'canceled'
  | 'expired'
  | 'payment_failed';

export const terminalStatuses: readonly SubscriptionStatus[] = ['canceled', 'expired', 'payment_failed'];

export type Command =
  | 'change_plan'
  | 'change_quantity'
  | 'change_date'
  | 'change_payment_method'
  | 'change_metadata'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'uncancel'
  | 'retry';

/** What the current period's lines billed and paid, spread evenly over `[startsAt, endsAt)`: the base of every credit. */
export interface PaidBasis {
  amountMinor: number;
  startsAt: Instant;
  endsAt: Instant;
}

/** A change that waits: for the period's end, or for the charge of an upgrade to be decided. */
export interface PendingChange {
  waitsFor: 'period_end' | 'payment';
  planId: PlanId | null;
  priceId: PriceId | null;
  quantity: number | null;
  /** Set when `waitsFor` is `payment`: the paid basis in force once the charge succeeds. */
  basis: PaidBasis | null;
  /** The end of the period the change was computed for; past it the change no longer fits. */
  madeForEndAt: Instant | null;
  /** Set when the period's end moves with the change. */
  newEndAt: Instant | null;
  /** Where this one waits for a payment: a change that had been waiting for the period's end, and goes on waiting after it. */
  scheduled?: PendingChange | null;
}

/** The stored row, as every verb sees it under its lock. */
export interface Subscription {
  tenantId: TenantId;
  id: SubscriptionId;
  customerId: CustomerId;
  planId: PlanId;
  priceId: PriceId;
  paymentMethodId: PaymentMethodId | null;
  quantity: number;
  currency: string;
  timezone: string;
  groupId: string | null;
  status: SubscriptionStatus;
  collection: 'normal' | 'dunning';
  startsAt: Instant;
  trialEndAt: Instant | null;
  /** The period in force `[periodStartAt, periodEndAt)`: a trial, or the last one paid (or free). Null before the first. */
  periodStartAt: Instant | null;
  periodEndAt: Instant | null;
  /** How much longer than a full one the period in force is: pauses so far, and moves of its end (negative when moved earlier). */
  periodPausedMs: number;
  basis: PaidBasis | null;
  creditBalanceMinor: number;
  pendingChange: PendingChange | null;
  cancelAt: Instant | null;
  cancelReason: string | null;
  canceledAt: Instant | null;
  pausedAt: Instant | null;
  resumesAt: Instant | null;
  pauseRemainingMs: number | null;
  statusBeforePause: 'active' | 'trialing' | null;
  parkedAt: Instant | null;
  metadata: Record<string, string>;
  createdAt: Instant;
}
