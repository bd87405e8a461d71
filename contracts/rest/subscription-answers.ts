import { z } from 'zod';
import { instantOut, metadataOut } from './fields.ts';

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

/** `start_date` and `end_date` are days in the customer's zone; the end is exclusive. */
export const subscription = z
  .object({
    subscription_id: z.string(),
    customer_id: z.string(),
    plan_id: z.string(),
    status: subscriptionStatus,
    start_date: z.string().nullable(),
    end_date: z.string().nullable(),
    quantity: z.int(),
    next_charge: z.object({ at: instantOut, amount: z.int(), currency: z.string() }).nullable(),
    cancel_at: instantOut.nullable(),
    allowed_commands: z.array(command),
    metadata: metadataOut,
  })
  .loose()
  .meta({ id: 'Subscription' });

/** `payment` is null in a trial. */
export const subscriptionCreated = z
  .object({
    subscription_id: z.string(),
    status: subscriptionStatus,
    payment: z
      .object({
        payment_id: z.string(),
        status: z.string(),
        amount: z.int(),
        next_action: z.object({ url: z.string() }).nullable().optional(),
      })
      .loose()
      .nullable(),
    start_date: z.string().nullable(),
    end_date: z.string().nullable(),
  })
  .loose()
  .meta({ id: 'SubscriptionCreated' });

/** A line of a preview or a forecast. */
export const plannedLine = z
  .object({ description: z.string(), quantity: z.int(), amount: z.int() })
  .loose()
  .meta({ id: 'PlannedLine' });
