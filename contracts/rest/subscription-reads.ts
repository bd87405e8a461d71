import { z } from 'zod';
import { instantOut } from './fields.ts';
import { invoiceLine } from './invoices.ts';
import { defineRoute } from './route.ts';
import { changeBody, customerChangeBody } from './subscriptions.ts';

const tag = 'Subscriptions';
const wholeNumber = (fallback: number, [least, most]: readonly [number, number]) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .default(fallback)
    .meta({ type: 'integer', minimum: least, maximum: most, default: fallback });

export const forecastPeriod = z
  .object({
    period_start: instantOut,
    period_end: instantOut,
    due_at: instantOut,
    total: z.int(),
    currency: z.string(),
    lines: z.array(invoiceLine),
  })
  .meta({ id: 'ForecastPeriod' });

export const previewChangeRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/preview',
  permission: 'subscriptions:read',
  forCustomers: { body: customerChangeBody },
  atRoot: true,
  tag,
  summary: 'What a change would bill; changes nothing',
  body: changeBody,
  answers: {
    200: {
      description: 'The plan of the change.',
      schema: z.object({
        lines: z.array(invoiceLine),
        total: z.int(),
        currency: z.string(),
        next_charge: z.object({ at: instantOut, amount: z.int() }).nullable(),
      }),
    },
  },
  refusals: ['plan_archived', 'currency_mismatch', 'invalid_state', 'subscription_incomplete'],
});

export const forecastSubscriptionRoute = defineRoute({
  method: 'get',
  path: '/subscriptions/{subscription_id}/forecast',
  permission: 'subscriptions:read',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'The invoices to come, by the function that bills',
  query: z.strictObject({ periods: wholeNumber(12, [1, 24]) }),
  answers: {
    200: {
      description: 'Beginning with the next invoice.',
      schema: z.object({ data: z.array(forecastPeriod) }),
    },
  },
});

export const timelineEntry = z
  .object({
    at: instantOut,
    action: z.string(),
    plan_id: z.string(),
    plan_name: z.string(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' });

export const readTimelineRoute = defineRoute({
  method: 'get',
  path: '/subscriptions/{subscription_id}/timeline',
  permission: 'subscriptions:read',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'What happened to a subscription',
  answers: {
    200: {
      description: 'In the order it happened.',
      schema: z.object({
        data: z.array(timelineEntry),
      }),
    },
  },
});

export const readEventsRoute = defineRoute({
  method: 'get',
  path: '/subscriptions/{subscription_id}/events',
  permission: 'subscriptions:read',
  atRoot: true,
  tag,
  summary: 'The ordered events of a subscription, which rebuild its state',
  query: z.strictObject({ after: wholeNumber(0, [0, 999_999_999]), limit: wholeNumber(100, [1, 100]) }),
  answers: {
    200: {
      description: 'Envelopes after the given sequence.',
      schema: z.object({ data: z.array(z.record(z.string(), z.unknown())), has_more: z.boolean() }),
    },
  },
});
