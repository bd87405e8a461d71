import { z } from 'zod';
import { bodyOf, emptyBody, idText, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { attempt, paymentStatus } from './payments.ts';
import { defineRoute } from './route.ts';

const tag = 'Administration';

const adminFields = {
  provider_charge_id: z.string().nullable(),
  sent_at: instantOut.nullable(),
  send_count: z.int(),
  look_up_count: z.int().meta({ description: 'How often the provider was asked what became of it, by itself.' }),
  next_look_up_at: instantOut.nullable(),
};

export const adminAttempt = attempt.extend(adminFields);

const undecidedStatus = z.enum(['unknown', 'needs_review', 'requires_action']);

const undecidedAttempt = attempt
  .extend({
    ...adminFields,
    payment_id: z.string(),
    customer_id: z.string(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string(),
  })
  .meta({ id: 'UndecidedAttempt', description: 'An attempt that was sent and whose outcome is not known.' });
export type UndecidedAttemptBody = z.input<typeof undecidedAttempt>;

/** One or more, separated by commas. */
const statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(undecidedStatus))
  .default(['unknown', 'needs_review'])
  .meta({ type: 'string', examples: ['unknown,needs_review'] });

export const listUndecidedAttemptsRoute = defineRoute({
  method: 'get',
  path: '/admin/attempts',
  permission: 'failed_payments:read',
  tag,
  summary: 'List attempts whose outcome is not known',
  query: listQuery({ status: statuses, customer_id: idText.optional() }),
  answers: { 200: { description: 'A page of attempts, newest first.', schema: pageOf(undecidedAttempt) } },
});

export const lookUpAttemptRoute = defineRoute({
  method: 'post',
  path: '/admin/payments/{payment_id}/attempts/{attempt_id}/look-up',
  permission: 'operations:repair',
  rateClass: 'money',
  tag,
  summary: 'Ask the provider now what became of an attempt, also of one that needs review',
  body: emptyBody,
  answers: {
    202: {
      description: 'The provider will be asked at once.',
      schema: z.object({ payment_id: z.string(), attempt_id: z.string(), status: z.string() }),
    },
  },
  refusals: ['invalid_state'],
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
