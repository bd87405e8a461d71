import { z } from 'zod';
import { instantOut } from './fields.ts';
import { defineRoute } from './route.ts';
import { subscriptionStatus } from './subscription-answers.ts';

const tag = 'Reports';
const money = z.object({ currency: z.string(), amount: z.int() });
const day = z.string().meta({ format: 'date', description: 'A day in the tenant’s time zone.' });
const of = {
  as_of: instantOut.meta({ description: 'The tenant’s test clock where it has one, else now.' }),
  timezone: z.string(),
};

const rate = z.number().min(0).max(1).nullable().meta({ description: 'Four decimals; null of nothing.' });

const counts = Object.fromEntries(subscriptionStatus.options.map((status) => [status, z.int()])) as Record<
  z.infer<typeof subscriptionStatus>,
  z.ZodInt
>;

const overview = z
  .object({
    ...of,
    subscriptions: z.object(counts).meta({ description: 'How many are in each state now.' }),
    mrr: z.array(money.extend({ subscriptions: z.int() })).meta({
      description:
        'Monthly recurring revenue of active and past-due subscriptions, each by its price version and quantity: a year is 12 months and 365 days. Trials, paused, scheduled and incomplete ones do not count; one that will end counts until it does. Per currency, nothing is converted.',
    }),
    churn: z.object({ days: z.int(), active_at_start: z.int(), canceled: z.int(), rate }).meta({
      description: 'Of the subscriptions that were under way and past their trial when the days began, those canceled.',
    }),
    recovery: z.object({ days: z.int(), failed: z.int(), recovered: z.int(), rate }).meta({
      description:
        'Of the invoices whose first attempt failed in these days, those paid since; without refused sign-ups and upgrades.',
    }),
    series: z
      .array(
        z.object({
          date: day,
          collected: z.array(money),
          failed_payments: z.int(),
          new_subscriptions: z.int(),
          ended_subscriptions: z.int(),
        }),
      )
      .meta({ description: 'A day each, oldest first, today with them.' }),
  })
  .meta({ id: 'ReportOverview' });

const today = z
  .object({
    ...of,
    date: day,
    renewals: z.object({ due: z.int(), done: z.int(), failed: z.int(), held: z.int() }).meta({
      description:
        'Renewals, and first charges after a trial, whose boundary is today. `due`: not opened, or being charged. `failed`: not paid yet, tried again or not. `held`: parked, paused, or of a tenant that is not active.',
    }),
    needs: z
      .object({
        failed_payments: z.int(),
        past_due_subscriptions: z.int(),
        parked_subscriptions: z.int(),
        unknown_outcomes: z.int(),
        needs_review: z.int(),
        refund_requests: z.int(),
        refunds_to_repair: z.int(),
        dead_letters: z.int(),
        open_disputes: z.int(),
      })
      .meta({
        description:
          'What waits for a person. `failed_payments`: those still owed. `unknown_outcomes`: payments with an attempt whose outcome nobody knows; `needs_review` among them are those that only a person can decide. `refunds_to_repair`: parked, or with an outcome that nobody knows.',
      }),
  })
  .meta({ id: 'ReportToday' });

export type OverviewBody = z.input<typeof overview>;
export type TodayBody = z.input<typeof today>;

const days = z
  .enum(['30', '90'])
  .transform(Number)
  .default(30)
  .meta({ type: 'integer', enum: [30, 90], default: 30 });

export const readOverviewRoute = defineRoute({
  method: 'get',
  path: '/reports/overview',
  permission: 'reports:read',
  tag,
  summary: 'Recurring revenue, subscriptions by state, churn, recovery, and what happened day by day',
  query: z.strictObject({ days }),
  answers: { 200: { description: 'The figures, all as of one instant.', schema: overview } },
});

export const readTodayRoute = defineRoute({
  method: 'get',
  path: '/reports/today',
  permission: 'reports:read',
  tag,
  summary: 'What waits for a person, and today’s renewals',
  answers: { 200: { description: 'The figures, all as of one instant.', schema: today } },
});
