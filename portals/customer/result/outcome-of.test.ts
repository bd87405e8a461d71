import { expect, it } from 'vitest';
import { outcomeOf } from './outcome-of.ts';

it.each([
  ['a trial', 'trialing', [], 'subscribed'],
  ['a first charge not yet made', 'incomplete', [], 'open'],
  ['a first charge under way', 'incomplete', ['processing'], 'open'],
  ['a first charge the bank asks about', 'incomplete', ['requires_action'], 'bank'],
  ['a first charge', 'active', ['completed'], 'subscribed'],
  ['a first charge given back since', 'active', ['partially_refunded'], 'subscribed'],
  ['a renewal', 'active', ['completed', 'completed'], 'paid'],
  ['a declined first charge', 'payment_failed', ['failed_permanent'], 'failed'],
  ['a first charge that nobody confirmed', 'expired', ['failed_permanent'], 'failed'],
  ['a declined renewal', 'past_due', ['failed', 'completed'], 'failed'],
  ['a renewal tried again', 'past_due', ['retrying', 'completed'], 'open'],
] as const)('calls %s by its name', (_name, status, payments, outcome) => {
  expect(
    outcomeOf(
      status,
      payments.map((payment) => ({ status: payment })),
    ),
  ).toBe(outcome);
});
