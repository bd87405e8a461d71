import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../errors.ts';
import { allowedCommands, type CommandFacts, refuseUnlessAllowed, renderedStatus } from './allowed-commands.ts';
import { type Command, type SubscriptionStatus, terminalStatuses } from './subscription.ts';

const commands: readonly Command[] = [
  'change_plan',
  'change_quantity',
  'change_date',
  'change_payment_method',
  'change_metadata',
  'pause',
  'resume',
  'cancel',
  'uncancel',
  'retry',
];
const statuses: readonly SubscriptionStatus[] = [
  'scheduled',
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'paused',
  'canceled',
  'expired',
  'payment_failed',
];
const facts = (changes: Partial<CommandFacts>): CommandFacts => ({
  status: 'active',
  collection: 'normal',
  cancelAt: null,
  parked: false,
  firstCallRunning: false,
  ...changes,
});

/** R21 as a picture, a column per command: plan, quantity, date, method, metadata · pause, resume · cancel, uncancel · retry. */
const table: readonly (readonly [string, Partial<CommandFacts>, string])[] = [
  ['scheduled', { status: 'scheduled' }, '. . . x x . . x . .'],
  ['incomplete', { status: 'incomplete' }, '. . . x . . . x . .'],
  ['incomplete, first call running', { status: 'incomplete', firstCallRunning: true }, '. . . . . . . . . .'],
  ['incomplete, in dunning', { status: 'incomplete', collection: 'dunning' }, '. . . x . . . x . x'],
  ['trialing', { status: 'trialing' }, 'x x x x x x . x . .'],
  ['active', { status: 'active' }, 'x x x x x x . x . .'],
  ['active, cancel scheduled', { status: 'active', cancelAt: 1 }, 'x x x x x x . x x .'],
  ['past due', { status: 'past_due' }, 'x x x x x . . x . x'],
  ['past due, cancel scheduled', { status: 'past_due', cancelAt: 1 }, 'x x x x x . . x x x'],
  ['paused', { status: 'paused' }, '. . . x x . x x . .'],
  ['paused, cancel scheduled', { status: 'paused', cancelAt: 1 }, '. . . x x . x x x .'],
  ['canceled', { status: 'canceled', cancelAt: 1 }, '. . . . . . . . . .'],
  ['expired', { status: 'expired' }, '. . . . . . . . . .'],
  ['payment failed', { status: 'payment_failed' }, '. . . . . . . . . .'],
  ['active, parked', { status: 'active', parked: true }, '. . . . x . . x . .'],
  ['paused, parked', { status: 'paused', parked: true, cancelAt: 1 }, '. . . . x . . x . .'],
  ['incomplete, parked', { status: 'incomplete', parked: true }, '. . . . . . . x . .'],
  ['canceled, parked', { status: 'canceled', parked: true }, '. . . . . . . . . .'],
];

it.each(table)('allows when %s', (_name, changes, row) => {
  const allowed = allowedCommands(facts(changes));
  expect(commands.map((command) => (allowed.includes(command) ? 'x' : '.')).join(' ')).toBe(row);
});

describe('refuses', () => {
  it.each([
    ['a second cancel', 'cancel', { status: 'canceled' }, 'already_canceled'],
    ['a pause of a canceled one', 'pause', { status: 'canceled' }, 'invalid_state'],
    ['a cancel of what ended by itself', 'cancel', { status: 'expired' }, 'invalid_state'],
    ['a cancel after a failed first payment', 'cancel', { status: 'payment_failed' }, 'invalid_state'],
    [
      'everything while the first call runs',
      'cancel',
      { status: 'incomplete', firstCallRunning: true },
      'subscription_incomplete',
    ],
    [
      'a change before the first payment is decided',
      'change_plan',
      { status: 'incomplete' },
      'subscription_incomplete',
    ],
    ['a change during first dunning', 'change_plan', { status: 'incomplete', collection: 'dunning' }, 'invalid_state'],
    ['a change of a parked one', 'change_plan', { parked: true }, 'subscription_needs_attention'],
    ['what parking does not matter for', 'resume', { parked: true }, 'invalid_state'],
    ['an undo of no cancel', 'uncancel', {}, 'invalid_state'],
    ['a resume of a running one', 'resume', {}, 'invalid_state'],
    ['a pause while past due', 'pause', { status: 'past_due' }, 'invalid_state'],
  ] as const)('%s', (_name, command, changes, code) => {
    expect(() => refuseUnlessAllowed(command, facts(changes))).toThrow(expect.objectContaining({ code }));
  });

  it('with the state as it reads on the wire, and with what is allowed', () => {
    const dunning = facts({ status: 'incomplete', collection: 'dunning' });
    expect(() => refuseUnlessAllowed('pause', dunning)).toThrow(
      expect.objectContaining({
        details: {
          subscription_status: 'payment_failed',
          allowed_commands: ['change_payment_method', 'cancel', 'retry'],
        },
      }),
    );
  });

  it('exactly what is not allowed, always as a refusal', () => {
    const anyFacts: fc.Arbitrary<CommandFacts> = fc.record({
      status: fc.constantFrom(...statuses),
      collection: fc.constantFrom('normal', 'dunning'),
      cancelAt: fc.option(fc.nat()),
      parked: fc.boolean(),
      firstCallRunning: fc.boolean(),
    });
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...commands), (anyFacts, command) => {
        let refusal: unknown = null;
        try {
          refuseUnlessAllowed(command, anyFacts);
        } catch (error) {
          refusal = error;
        }
        expect(refusal === null).toBe(allowedCommands(anyFacts).includes(command));
        if (refusal !== null) expect(refusal).toBeInstanceOf(DomainError);
        if (terminalStatuses.includes(anyFacts.status)) expect(refusal).not.toBeNull();
      }),
    );
  });
});

it.each([
  ['incomplete', 'normal', 'incomplete'],
  ['incomplete', 'dunning', 'payment_failed'],
  ['past_due', 'dunning', 'past_due'],
] as const)('%s with %s collection reads %s', (status, collection, rendered) => {
  expect(renderedStatus({ status, collection })).toBe(rendered);
});
