import { z } from 'zod';
import { bodyOf, duration, instantIn, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';
import { subscription } from './subscription-answers.ts';

const clock = z
  .object({ now: instantOut, advancing: z.boolean(), target: instantOut.nullable() })
  .meta({ id: 'TestClock', description: 'Virtual time of a sandbox subscription or tenant.' });
const clockAnswers = { 200: { description: 'The clock.', schema: clock } };
const advanceAnswers = {
  200: { description: 'Everything due has run.', schema: clock },
  202: { description: 'Still running; the same idempotency key tells what has become of it.', schema: clock },
};

const advanceBody = bodyOf({ to: instantIn.optional(), by: duration.optional() }).refine(
  (body) => (body.to === undefined) !== (body.by === undefined),
  { path: ['to'], message: 'is required, or `by`, and not both' },
);

export const advanceSubscriptionClockRoute = defineRoute({
  method: 'post',
  path: '/subscriptions/{subscription_id}/test-clock/advance',
  permission: 'test_clocks:advance',
  tag: 'Test clocks',
  summary: 'Move a sandbox subscription’s time on',
  body: advanceBody,
  answers: advanceAnswers,
  refusals: ['live_tenant', 'clock_advancing'],
});

export const readSubscriptionClockRoute = defineRoute({
  method: 'get',
  path: '/subscriptions/{subscription_id}/test-clock',
  permission: 'subscriptions:read',
  tag: 'Test clocks',
  summary: 'Read a subscription’s time',
  answers: clockAnswers,
});

export const advanceTenantClockRoute = defineRoute({
  method: 'post',
  path: '/test-clock/advance',
  permission: 'test_clocks:advance',
  tag: 'Test clocks',
  summary: 'Move a whole sandbox tenant’s time on; clocks ahead of it stay',
  body: advanceBody,
  answers: advanceAnswers,
  refusals: ['live_tenant', 'clock_advancing'],
});

export const readTenantClockRoute = defineRoute({
  method: 'get',
  path: '/test-clock',
  permission: 'subscriptions:read',
  tag: 'Test clocks',
  summary: 'Read a tenant’s time',
  answers: clockAnswers,
});

export const repairSubscriptionRoute = defineRoute({
  method: 'post',
  path: '/admin/subscriptions/{subscription_id}/repair',
  permission: 'operations:repair',
  rateClass: 'money',
  tag: 'Administration',
  summary: 'Free a parked subscription: retry the step, skip it, or override',
  body: bodyOf({ action: z.enum(['retry', 'skip', 'override']), reason: textUpTo(500) }),
  answers: { 200: { description: 'The subscription.', schema: subscription } },
  refusals: ['invalid_state', 'card_number_refused'],
});
