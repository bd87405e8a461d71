import { z } from 'zod';
import {
  bodyOf,
  date,
  idText,
  instantIn,
  metadataChange,
  metadataIn,
  quantity,
  textUpTo,
  trialPeriodDays,
} from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';
import {
  subscription,
  subscriptionCanceled,
  subscriptionChanged,
  subscriptionCreated,
  subscriptionStatus,
} from './subscription-answers.ts';

const tag = 'Subscriptions';
export const at = z.enum(['now', 'period_end']);
const flag = z.enum(['true', 'false']);
const subscriptionAnswer = { description: 'The subscription.', schema: subscription };

export const createSubscriptionRoute = defineRoute({
  method: 'post',
  path: '/subscriptions',
  permission: 'subscriptions:write',
  forCustomers: {
    body: bodyOf({
      customer_id: idText,
      plan_id: idText,
      payment_method_id: idText.optional(),
      quantity: quantity.optional(),
    }),
  },
  atRoot: true,
  rateClass: 'money',
  tag,
  summary: 'Create a subscription and charge its first period, unless in a trial',
  body: bodyOf({
    customer_id: idText,
    plan_id: idText,
    payment_method_id: idText.optional(),
    start_date: date.optional(),
    trial_period_days: trialPeriodDays.optional(),
    quantity: quantity.default(1),
    metadata: metadataIn.default({}),
    payment_behavior: z.enum(['allow_incomplete']).optional(),
    group_id: textUpTo(100).optional(),
  }),
  answers: {
    201: { description: 'Created.', schema: subscriptionCreated },
    202: { description: 'Created; the first payment is not decided yet.', schema: subscriptionCreated },
  },
  refusals: [
    'not_found',
    'payment_declined',
    'plan_archived',
    'customer_inactive',
    'subscription_conflict',
    'plan_limit_reached',
    'payment_method_required',
    'card_number_refused',
  ],
});

export const listSubscriptionsRoute = defineRoute({
  method: 'get',
  path: '/subscriptions',
  permission: 'subscriptions:read',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'List subscriptions',
  query: listQuery({
    customer_id: idText.optional(),
    plan_id: idText.optional(),
    group_id: z.string().max(100).optional(),
    status: subscriptionStatus.optional(),
    needs_attention: flag
      .optional()
      .meta({ description: 'Parked, and waiting for an operator. Ignored from customers.' }),
    test_clock: flag.optional().meta({ description: 'On virtual time.' }),
    next_charge_from: instantIn.optional(),
    next_charge_to: instantIn.optional().meta({ description: 'Exclusive.' }),
  }),
  answers: { 200: { description: 'A page of subscriptions, newest first.', schema: pageOf(subscription) } },
});

export const readSubscriptionRoute = defineRoute({
  method: 'get',
  path: '/subscriptions/{subscription_id}',
  permission: 'subscriptions:read',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'Read a subscription',
  answers: { 200: subscriptionAnswer },
});

/** What of a change moves money, and when. */
export const changeOfTerms = {
  plan_id: idText.optional(),
  next_billing_date: date.optional(),
  quantity: quantity.optional(),
  effective: at.default('now'),
  proration: z.enum(['next_invoice', 'invoice_now', 'none']).default('next_invoice'),
};

export const changeBody = bodyOf({
  ...changeOfTerms,
  payment_method_id: idText.optional(),
  metadata: metadataChange.optional(),
});

/** Which share of a change is paid, and when, is the business's to say. */
export const customerChangeBody = bodyOf({
  plan_id: idText.optional(),
  quantity: quantity.optional(),
  payment_method_id: idText.optional(),
  effective: at.optional(),
});

export const changeSubscriptionRoute = defineRoute({
  method: 'put',
  path: '/subscriptions/{subscription_id}',
  permission: 'subscriptions:write',
  forCustomers: { body: customerChangeBody },
  atRoot: true,
  rateClass: 'money',
  tag,
  summary: 'Change plan, quantity, next billing date, payment method or metadata',
  body: changeBody,
  answers: {
    200: { description: 'Changed, or waiting for the end of the period.', schema: subscriptionChanged },
    202: { description: 'The charge of an upgrade is not decided yet.', schema: subscriptionChanged },
  },
  refusals: [
    'payment_declined',
    'plan_archived',
    'currency_mismatch',
    'payment_in_flight',
    'invalid_state',
    'subscription_incomplete',
    'subscription_needs_attention',
    'clock_advancing',
    'card_number_refused',
  ],
});

export const cancelSubscriptionRoute = defineRoute({
  method: 'delete',
  path: '/subscriptions/{subscription_id}',
  permission: 'subscriptions:write',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'Cancel now or at the end of the period',
  body: bodyOf({ reason: textUpTo(500).optional(), at: at.default('now') }),
  answers: {
    200: { description: 'Canceled, or to be canceled at `cancel_at`.', schema: subscriptionCanceled },
  },
  refusals: ['already_canceled', 'invalid_state', 'subscription_incomplete', 'clock_advancing', 'card_number_refused'],
});

const stateRefusals = [
  'invalid_state',
  'subscription_incomplete',
  'subscription_needs_attention',
  'clock_advancing',
] as const;

export const pauseSubscriptionRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/pause',
  permission: 'subscriptions:write',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'Pause until a date, or open-ended; no paid time is lost',
  body: bodyOf({ resumes_at: instantIn.nullable().optional() }),
  answers: { 200: subscriptionAnswer },
  refusals: stateRefusals,
});

export const resumeSubscriptionRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/resume',
  permission: 'subscriptions:write',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'Resume a paused subscription',
  body: bodyOf({}),
  answers: { 200: subscriptionAnswer },
  refusals: stateRefusals,
});

export const uncancelSubscriptionRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/uncancel',
  permission: 'subscriptions:write',
  forCustomers: {},
  atRoot: true,
  tag,
  summary: 'Undo a scheduled cancel',
  body: bodyOf({}),
  answers: { 200: subscriptionAnswer },
  refusals: stateRefusals,
});
