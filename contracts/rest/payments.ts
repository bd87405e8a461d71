import { z } from 'zod';
import { amount, bodyOf, emptyBody, idText, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

export const paymentStatus = z.enum([
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
]);

export const attempt = z
  .object({
    attempt_id: z.string(),
    number: z.int(),
    status: z.string(),
    trigger: z.string(),
    provider: z.string(),
    payment_method_id: z.string(),
    amount: z.int(),
    currency: z.string(),
    decline_kind: z.string().nullable(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    created_at: instantOut,
    settled_at: instantOut.nullable(),
  })
  .meta({ id: 'PaymentAttempt' });

export const paymentFields = {
  payment_id: z.string(),
  customer_id: z.string(),
  subscription_id: z.string().nullable(),
  invoice_id: z.string(),
  payment_method_id: z.string().nullable(),
  status: paymentStatus,
  amount: z.int(),
  amount_refunded: z.int(),
  currency: z.string(),
  attempts_count: z.int(),
  last_error: z.string().nullable(),
  next_attempt_at: instantOut.nullable(),
  created_at: instantOut,
  updated_at: instantOut,
};

export const paymentInList = z.object(paymentFields).meta({ id: 'PaymentInList' });
export const payment = z
  .object({
    ...paymentFields,
    next_action: z.object({ url: z.string() }).nullable(),
    attempts: z.array(attempt),
  })
  .meta({ id: 'Payment', description: 'One thing to collect, with every try to collect it.' });

export type PaymentInListBody = z.input<typeof paymentInList>;
export type PaymentBody = z.input<typeof payment>;

export const listPaymentsRoute = defineRoute({
  method: 'get',
  path: '/payments',
  permission: 'payments:read',
  forCustomers: {},
  atRoot: true,
  tag: 'Payments',
  summary: 'List payments',
  query: listQuery({
    customer_id: idText.optional(),
    subscription_id: idText.optional(),
    status: paymentStatus.optional(),
    created_from: instantIn.optional(),
    created_to: instantIn.optional(),
  }),
  answers: { 200: { description: 'A page of payments, newest first.', schema: pageOf(paymentInList) } },
});

/** Of a payment without a subscription; one of a subscription is repaired with it. */
export const repairPaymentRoute = defineRoute({
  method: 'post',
  path: '/admin/payments/{payment_id}/repair',
  permission: 'operations:repair',
  tag: 'Administration',
  summary: 'Set a parked payment without a subscription going again',
  body: bodyOf({ action: z.enum(['retry']), reason: textUpTo(500) }),
  answers: { 200: { description: 'The payment.', schema: paymentInList } },
  refusals: ['invalid_state', 'card_number_refused'],
});

export const readPaymentRoute = defineRoute({
  method: 'get',
  path: '/payments/{payment_id}',
  permission: 'payments:read',
  forCustomers: {},
  atRoot: true,
  tag: 'Payments',
  summary: 'Read a payment',
  answers: { 200: { description: 'The payment.', schema: payment } },
});

export const requestPaymentRoute = defineRoute({
  method: 'post',
  path: '/payments',
  permission: 'payments:write',
  forCustomers: {
    body: bodyOf({
      subscription_id: idText,
      amount: amount.min(1),
      payment_method_id: idText.optional(),
      reason: z.enum(['manual_retry']),
    }),
  },
  atRoot: true,
  rateClass: 'money',
  tag: 'Payments',
  summary: 'Charge a subscription by hand: what is due, or something beside its periods',
  body: bodyOf({
    subscription_id: idText,
    amount: amount.min(1),
    payment_method_id: idText.optional(),
    reason: z.enum(['manual_retry', 'additional_charge']),
  }),
  answers: {
    202: {
      description: 'Requested; the charge is made by the subscription’s workflow.',
      schema: z.object({ payment_id: z.string(), status: paymentStatus }),
    },
  },
  refusals: [
    'invalid_state',
    'subscription_incomplete',
    'subscription_needs_attention',
    'clock_advancing',
    'payment_in_flight',
    'payment_method_required',
    'amount_mismatch',
    'amount_over_limit',
  ],
});

export const retryPaymentRoute = defineRoute({
  method: 'post',
  path: '/payments/{payment_id}/retry',
  permission: 'payments:write',
  atRoot: true,
  rateClass: 'money',
  tag: 'Payments',
  summary: 'Try a failed payment again now',
  body: emptyBody,
  answers: {
    202: {
      description: 'The attempt will be made by the subscription’s workflow.',
      schema: z.object({ payment_id: z.string(), retry: z.literal('scheduled') }),
    },
  },
  refusals: [
    'invalid_state',
    'subscription_needs_attention',
    'clock_advancing',
    'payment_in_flight',
    'payment_completed',
    'payment_method_required',
  ],
});
