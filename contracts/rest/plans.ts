import { z } from 'zod';
import {
  amount,
  bodyOf,
  currency,
  emptyBody,
  instantOut,
  metadataChange,
  metadataIn,
  metadataOut,
  textUpTo,
  trialPeriodDays,
} from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const intervalUnit = z.enum(['day', 'week', 'month', 'year']);
/** Ten years: 24 forecast periods later a date still has a year of four digits. */
const intervalCountMax = { day: 3_650, week: 520, month: 120, year: 10 } as const;
const planStatus = z.enum(['active', 'archived']);
const pricingModel = z.enum(['per_unit', 'flat']);
const limitCount = z.int().min(1).max(1_000_000_000).nullable();

export const plan = z
  .object({
    plan_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    amount,
    currency: z.string(),
    interval: intervalUnit,
    interval_count: z.int(),
    pricing_model: pricingModel,
    price_id: z.string(),
    price_version: z.int(),
    trial_period_days: z.int(),
    group: z.string().nullable(),
    max_subscriptions: z.int().nullable(),
    max_per_customer: z.int().nullable(),
    status: planStatus,
    metadata: metadataOut,
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({
    id: 'Plan',
    description: 'What can be subscribed to. Its price is a version; a subscription keeps its own.',
  });

export type PlanBody = z.input<typeof plan>;

const planAnswer = { description: 'The plan.', schema: plan };

export const createPlanRoute = defineRoute({
  method: 'post',
  path: '/plans',
  permission: 'plans:write',
  tag: 'Plans',
  summary: 'Create a plan',
  body: bodyOf({
    name: textUpTo(200),
    amount,
    currency,
    interval: intervalUnit,
    interval_count: z.int().min(1).max(intervalCountMax.day).default(1),
    pricing_model: pricingModel.default('per_unit'),
    description: textUpTo(2_000).nullable().optional(),
    trial_period_days: trialPeriodDays.default(0),
    group: textUpTo(100).nullable().optional(),
    max_subscriptions: limitCount.optional(),
    max_per_customer: limitCount.optional(),
    metadata: metadataIn.default({}),
  }).refine((body) => body.interval_count <= intervalCountMax[body.interval], {
    path: ['interval_count'],
    message: 'makes a period of more than ten years',
  }),
  answers: { 201: planAnswer },
  refusals: ['card_number_refused'],
});

export const listPlansRoute = defineRoute({
  method: 'get',
  path: '/plans',
  permission: 'plans:read',
  forCustomers: { filters: { status: 'active' } },
  tag: 'Plans',
  summary: 'List plans',
  query: listQuery({ status: planStatus.optional() }),
  answers: { 200: { description: 'A page of plans, newest first.', schema: pageOf(plan) } },
});

export const readPlanRoute = defineRoute({
  method: 'get',
  path: '/plans/{plan_id}',
  permission: 'plans:read',
  forCustomers: {},
  tag: 'Plans',
  summary: 'Read a plan',
  answers: { 200: planAnswer },
});

export const changePlanDetailsRoute = defineRoute({
  method: 'put',
  path: '/plans/{plan_id}',
  permission: 'plans:write',
  tag: 'Plans',
  summary: 'Change a plan; a new amount is a new version of its price',
  body: bodyOf({
    name: textUpTo(200).optional(),
    amount: amount.optional(),
    description: textUpTo(2_000).nullable().optional(),
    trial_period_days: trialPeriodDays.optional(),
    max_subscriptions: limitCount.optional(),
    max_per_customer: limitCount.optional(),
    metadata: metadataChange.optional(),
  }),
  answers: { 200: planAnswer },
  refusals: ['card_number_refused'],
});

export const archivePlanRoute = defineRoute({
  method: 'post',
  path: '/plans/{plan_id}/archive',
  permission: 'plans:write',
  tag: 'Plans',
  summary: 'Archive a plan: no new subscriptions, existing ones go on',
  body: emptyBody,
  answers: { 200: planAnswer },
});
