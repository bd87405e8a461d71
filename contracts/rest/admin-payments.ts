import { z } from 'zod';
import { bodyOf, emptyBody, idText, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { attempt, paymentFields, paymentStatus } from './payments.ts';
import { defineRoute } from './route.ts';

const tag = 'Administration';

const adminFields = {
  ...paymentFields,
  reason: z.string().nullable().meta({ description: 'Why the latest attempt did not pay.' }),
  last_attempt: z
    .object({
      attempt_id: z.string(),
      number: z.int(),
      at: instantOut,
      status: z.string(),
      provider: z.string(),
      code: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  max_retries: z.int(),
  can_retry: z.boolean(),
  can_retry_reason: z.string().nullable().meta({ description: 'Why not; null where it can.' }),
};

const adminPaymentInList = z.object(adminFields).meta({ id: 'AdminPaymentInList' });

const retryTask = z
  .object({
    task_id: z.string(),
    payment_id: z.string(),
    admin_id: z.string(),
    attempt_number: z.int(),
    status: z.enum(['requested', 'running', 'succeeded', 'failed', 'refused']),
    provider_message: z.string().nullable(),
    created_at: instantOut,
    settled_at: instantOut.nullable(),
  })
  .meta({ id: 'RetryTask', description: 'One attempt that an administrator asked for.' });

export const adminAttempt = attempt.extend({
  provider_charge_id: z.string().nullable(),
  sent_at: instantOut.nullable(),
  send_count: z.int(),
  next_look_up_at: instantOut.nullable(),
});

const adminPayment = z
  .object({
    ...adminFields,
    subscription: z
      .object({ subscription_id: z.string(), status: z.string(), plan_id: z.string(), plan_name: z.string() })
      .nullable(),
    invoice: z.object({
      invoice_id: z.string(),
      number: z.int().nullable(),
      kind: z.string(),
      status: z.string(),
      total: z.int(),
    }),
    next_action: z.object({ url: z.string(), expires_at: instantOut.nullable() }).nullable(),
    attempts: z.array(adminAttempt),
    retry_tasks: z.array(retryTask),
  })
  .meta({ id: 'AdminPayment', description: 'A payment as an administrator sees it.' });

export type AdminPaymentInListBody = z.input<typeof adminPaymentInList>;
export type AdminPaymentBody = z.input<typeof adminPayment>;
export type RetryTaskBody = z.input<typeof retryTask>;

/** One or more, separated by commas. */
const statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(paymentStatus))
  .default(['failed', 'failed_permanent'])
  .meta({ type: 'string', examples: ['failed,failed_permanent'] });

export const listAdminPaymentsRoute = defineRoute({
  method: 'get',
  path: '/admin/payments',
  permission: 'failed_payments:read',
  tag,
  summary: 'List payments that need somebody, by status; failed ones unless asked otherwise',
  query: listQuery({
    status: statuses,
    customer_id: idText.optional(),
    subscription_id: idText.optional(),
    created_from: instantIn.optional(),
    created_to: instantIn.optional(),
  }),
  answers: { 200: { description: 'A page of payments, newest first.', schema: pageOf(adminPaymentInList) } },
});

export const readAdminPaymentRoute = defineRoute({
  method: 'get',
  path: '/admin/payments/{payment_id}',
  permission: 'failed_payments:read',
  tag,
  summary: 'Read a payment with everything an administrator decides by',
  answers: { 200: { description: 'The payment.', schema: adminPayment } },
});

export const retryPaymentAsAdministratorRoute = defineRoute({
  method: 'post',
  path: '/admin/payments/{payment_id}/retry',
  permission: 'failed_payments:retry',
  atRoot: true,
  rateClass: 'money',
  tag,
  summary: 'Retry a failed payment as an administrator; clicked twice it is one task',
  body: emptyBody,
  answers: {
    202: { description: 'The task that carries it out.', schema: z.object({ task_id: z.string() }) },
  },
  refusals: [
    'invalid_state',
    'subscription_needs_attention',
    'clock_advancing',
    'payment_in_flight',
    'payment_completed',
    'payment_method_required',
    'retry_deferred',
  ],
});

export const readRetryTaskRoute = defineRoute({
  method: 'get',
  path: '/admin/retry-tasks/{task_id}',
  permission: 'failed_payments:read',
  tag,
  summary: 'Read an administrator’s retry',
  answers: { 200: { description: 'The task.', schema: retryTask } },
});

export const resolveAttemptRoute = defineRoute({
  method: 'post',
  path: '/admin/payments/{payment_id}/attempts/{attempt_id}/resolve',
  permission: 'operations:repair',
  tag,
  summary: 'Say what became of an attempt that needs review',
  body: bodyOf({
    outcome: z.enum(['succeeded', 'failed']),
    provider_charge_id: textUpTo(200).optional(),
    reason: textUpTo(500),
  }),
  answers: {
    200: {
      description: 'Applied.',
      schema: z.object({
        payment_id: z.string(),
        attempt_id: z.string(),
        status: z.string(),
        payment_status: paymentStatus,
      }),
    },
  },
  refusals: ['invalid_state', 'card_number_refused'],
});
