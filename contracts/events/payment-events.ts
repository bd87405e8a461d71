import { z } from 'zod';
import type { DeclineKind } from '../../domain/payments/decline.ts';
import { amount, id, instant, paymentSnapshot } from './snapshots.ts';

const declineKinds = [
  'soft',
  'hard',
  'insufficient_funds',
  'authentication_required',
] as const satisfies readonly DeclineKind[];

const payment = paymentSnapshot;
const attemptNumber = z.int().min(1);
const failure = {
  decline_kind: z.enum(declineKinds).nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
};

/** Spec §7, key = subscription_id, else payment_id. */
export const paymentEvents = {
  /** `payment_method_id`: the one asked for, instead of the subscription's. */
  'payments.requested': z.strictObject({
    payment,
    reason: z.enum(['manual_retry', 'additional_charge']),
    payment_method_id: id.nullable().optional(),
  }),
  /** With `requested_by` somebody asked for it to be made now; without, it is planned for `retry_at`. */
  'payments.retry.requested': z.strictObject({ payment, retry_at: instant, requested_by: id.optional() }),
  'payments.retry.manual': z.strictObject({
    payment_id: id,
    admin_id: id,
    task_id: id,
    attempt_number_requested: attemptNumber,
    timestamp: instant,
  }),
  'payments.failed': z.strictObject({ payment, attempt_number: attemptNumber, ...failure }),
  'payments.completed': z.strictObject({ payment, attempt_number: attemptNumber }),
  'payments.failed_permanent': z.strictObject({ payment, ...failure }),
  /**
   * `amount` is what the refund has given back: all of it once it is done, 0 once it is told again as `failed`, for then the money
   * came back. Releases before `status` told only of those that are done.
   */
  'payments.refunded': z.strictObject({
    ...{ payment, refund_id: id, amount },
    status: z.enum(['succeeded', 'failed']).default('succeeded'),
  }),
  /** `amount` is what is claimed, in the payment's currency; `reserved` what disputes hold of the payment in all. */
  'payments.disputed': z.strictObject({
    payment,
    dispute_id: id,
    status: z.enum(['open', 'won', 'lost']),
    amount,
    reserved: amount,
    reason: z.string(),
  }),
} as const;
