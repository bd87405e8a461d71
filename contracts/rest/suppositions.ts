import { z } from 'zod';
import { bodyOf, instantIn, instantOut } from './fields.ts';
import { defineRoute } from './route.ts';
import { forecastPeriod } from './subscription-reads.ts';
import { at, changeOfTerms } from './subscriptions.ts';

const commands = {
  change: z.strictObject(changeOfTerms).optional(),
  pause: z.strictObject({ resumes_at: instantIn.nullable().optional() }).optional(),
  resume: z.strictObject({}).optional(),
  cancel: z.strictObject({ at: at.default('now') }).optional(),
  uncancel: z.strictObject({}).optional(),
};
const names = Object.keys(commands) as (keyof typeof commands)[];

const outlook = z
  .object({
    due_now: z.int().meta({ description: 'Invoiced and not paid.' }),
    data: z.array(forecastPeriod),
    total: z.int().meta({ description: '`due_now`, and what falls due before `compared_until`.' }),
  })
  .meta({ id: 'Outlook' });

export const supposeCommandRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/forecast',
  permission: 'subscriptions:read',
  tag: 'Subscriptions',
  summary: 'The invoices to come if a command were given now, beside those to come without it; changes nothing',
  body: bodyOf({ periods: z.int().min(1).max(24).default(12), ...commands }).refine(
    (body) => names.filter((name) => body[name] !== undefined).length === 1,
    { path: ['change'], message: `is required, or another one of ${names.join(', ')}, and not two` },
  ),
  answers: {
    200: {
      description: 'Both outlooks, over the same time.',
      schema: z
        .object({
          currency: z.string(),
          compared_until: instantOut
            .nullable()
            .meta({ description: 'Null: both say everything that will ever fall due.' }),
          present: outlook,
          supposed: outlook,
          difference: z.int().meta({ description: 'What the command adds to the total, or takes from it.' }),
        })
        .meta({ id: 'Supposition' }),
    },
  },
  refusals: [
    'plan_archived',
    'currency_mismatch',
    'payment_in_flight',
    'payment_method_required',
    'subscription_conflict',
    'already_canceled',
    'invalid_state',
    'subscription_incomplete',
    'subscription_needs_attention',
    'clock_advancing',
    'card_number_refused',
  ],
});
