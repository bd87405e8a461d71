import { z } from 'zod';
import type { PaymentStatus } from '../../domain/payments/payment-status.ts';
import type { SubscriptionStatus } from '../../domain/subscriptions/subscription.ts';

export const id = z.string().min(1);
/** RFC 3339 UTC. */
export const instant = z.iso.datetime();
/** Integer minor units of the currency beside it. */
export const amount = z.int();
const currency = z.string().regex(/^[A-Z]{3}$/);

const subscriptionStatuses = [
  'scheduled',
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
  'expired',
  'payment_failed',
] as const satisfies readonly SubscriptionStatus[];

const paymentStatuses = [
  'pending',
  'processing',
  'completed',
  'failed',
  'failed_permanent',
  'requires_action',
  'retrying',
  'partially_refunded',
  'refunded',
  'disputed',
] as const satisfies readonly PaymentStatus[];

/** A subscription right after the fact: the latest event alone rebuilds its state. */
export const subscriptionSnapshot = z.strictObject({
  subscription_id: id,
  customer_id: id,
  plan_id: id,
  price_id: id,
  status: z.enum(subscriptionStatuses),
  collection: z.enum(['normal', 'dunning']),
  quantity: z.int().min(1),
  currency,
  timezone: z.string().min(1),
  period_start: instant.nullable(),
  period_end: instant.nullable(),
  trial_end: instant.nullable(),
  cancel_at: instant.nullable(),
  resumes_at: instant.nullable(),
  credit_balance: amount,
  pending_change: z.unknown().nullable(),
  payment_method_id: id.nullable(),
  group_id: id.nullable(),
  metadata: z.record(z.string(), z.string()),
});

export const paymentSnapshot = z.strictObject({
  payment_id: id,
  subscription_id: id.nullable(),
  invoice_id: id,
  status: z.enum(paymentStatuses),
  amount,
  currency,
  attempts_count: z.int().min(0),
  last_error: z.string().nullable(),
});

export const invoiceSnapshot = z.strictObject({
  invoice_id: id,
  number: z.int().min(1).nullable(),
  kind: z.enum(['period', 'proration', 'additional', 'manual']),
  status: z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']),
  currency,
  subtotal: amount,
  total: amount,
  amount_paid: amount,
  period_start: instant.nullable(),
  period_end: instant.nullable(),
});
