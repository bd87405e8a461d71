import { z } from 'zod';
import { instantOut, metadataOut } from './fields.ts';
import { paymentStatus } from './payments.ts';

export const subscriptionStatus = z.enum([
  'scheduled',
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
  'expired',
  'payment_failed',
]);

const command = z.enum([
  'change_plan',
  'change_quantity',
  'change_date',
  'change_payment_method',
  'change_metadata',
  'pause',
  'resume',
  'cancel',
  'uncancel',
  'retry',
]);

const dateOut = z.string().nullable().meta({ format: 'date' });

const pendingChange = z
  .object({
    waits_for: z.enum(['period_end', 'payment']),
    plan_id: z.string().nullable(),
    quantity: z.int().nullable(),
  })
  .meta({ id: 'PendingChange' });

/** Dates are days in the customer's zone; `end_date` is exclusive. */
export const subscription = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    price_id: z.string(),
    payment_method_id: z.string().nullable(),
    group_id: z.string().nullable(),
    status: subscriptionStatus,
    collection: z.enum(['normal', 'dunning']),
    start_date: dateOut,
    end_date: dateOut,
    trial_end: dateOut,
    quantity: z.int(),
    currency: z.string(),
    credit_balance: z.int(),
    next_charge: z.object({ at: instantOut, amount: z.int(), currency: z.string() }).nullable(),
    cancel_at: instantOut.nullable(),
    canceled_at: dateOut,
    paused_at: instantOut.nullable(),
    resumes_at: instantOut.nullable(),
    pending_change: pendingChange.nullable(),
    needs_attention: z.object({ step: z.string(), error: z.string() }).nullable(),
    allowed_commands: z.array(command),
    metadata: metadataOut,
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'Subscription' });

const firstPayment = z.object({
  payment_id: z.string(),
  status: paymentStatus,
  amount: z.int(),
  currency: z.string(),
  next_action: z.object({ url: z.string() }).optional(),
});

/** `payment` is null in a trial; `collection` says `dunning` where an incomplete create was allowed and declined. */
export const subscriptionCreated = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    status: subscriptionStatus,
    collection: z.literal('dunning').optional(),
    payment: firstPayment.nullable(),
    start_date: dateOut,
    end_date: dateOut,
    trial_end: dateOut,
  })
  .meta({ id: 'SubscriptionCreated' });

export const subscriptionChanged = z
  .object({ subscription_id: z.string(), updated_at: instantOut, pending_change: pendingChange.optional() })
  .meta({ id: 'SubscriptionChanged' });

export const subscriptionCanceled = z
  .object({
    subscription_id: z.string(),
    status: subscriptionStatus,
    canceled_at: dateOut,
    cancel_at: instantOut.nullable(),
  })
  .meta({ id: 'SubscriptionCanceled', description: 'At the end of the period: the present status and `cancel_at`.' });

/** The answer to a declined first payment or upgrade, beside the members of every problem. */
export const paymentDeclined = z
  .object({
    type: z.string(),
    title: z.string(),
    code: z.literal('payment_declined'),
    detail: z.string(),
    subscription_id: z.string(),
    status: subscriptionStatus,
    payment: firstPayment.omit({ next_action: true }).extend({ decline_kind: z.string().nullable() }),
  })
  .meta({ id: 'PaymentDeclined' });
