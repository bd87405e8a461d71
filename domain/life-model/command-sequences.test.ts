import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DomainError } from '../errors.ts';
import { totalOf } from '../invoices/invoice-line.ts';
import { allowedCommands, refuseUnlessAllowed } from '../subscriptions/allowed-commands.ts';
import { type Command, type SubscriptionStatus, terminalStatuses } from '../subscriptions/subscription.ts';
import { forecastLife } from './forecast-life.ts';
import { beginLife, type Life, type Result } from './life.ts';
import { live } from './pass-time.ts';
import { type CommandStep, runCommand } from './run-command.ts';

type Step = CommandStep | { command: null; days: number; results: readonly Result[] };

function check(life: Life): void {
  expect(life.creditMinor).toBeGreaterThanOrEqual(0);
  expect(life.creditMinor + (life.basis?.amountMinor ?? 0)).toBeLessThanOrEqual(life.paidMinor);
  expect(totalOf(life.pendingLines)).toBeGreaterThanOrEqual(0);
  expect(life.periodEndAt).toBeGreaterThan(life.periodStartAt);
  expect(life.periodEndAt - life.periodStartAt - life.periodPausedMs).toBeGreaterThan(0);
  expect(life.status === 'paused').toBe(life.pause !== null);
  expect(life.status === 'past_due').toBe(life.due !== null);
  const forecast = forecastLife(life);
  for (const period of forecast) expect(period.totalMinor).toBe(totalOf(period.lines));
  if (terminalStatuses.includes(life.status))
    expect([forecast, allowedCommands({ ...life, collection: 'normal', parked: false })]).toEqual([[], []]);
}

const results = fc.constantFrom<Result>('paid', 'paid', 'paid', 'soft', 'insufficient_funds', 'hard');
const commands = fc.constantFrom<Command>(
  'change_plan',
  'change_quantity',
  'change_date',
  'pause',
  'resume',
  'cancel',
  'uncancel',
  'retry',
);
const modes = fc.constantFrom<CommandStep['mode']>('next_invoice', 'invoice_now', 'none');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    command: commands,
    amountMinor: fc.nat({ max: 100_000 }),
    mode: modes,
    days: fc.nat({ max: 50 }),
    result: results,
  }),
  fc.record({
    command: fc.constant(null),
    days: fc.nat({ max: 45 }),
    results: fc.array(results, { minLength: 1, maxLength: 8 }),
  }),
);

it('no sequence of commands, dates and charges reaches an illegal state or gives more than was paid', () => {
  const seen = new Set<SubscriptionStatus>();
  fc.assert(
    fc.property(fc.boolean(), fc.nat({ max: 28 }), fc.array(step, { maxLength: 25 }), (trial, day, steps) => {
      const life = beginLife({ day, trialDays: trial ? 14 : 1 });
      for (const step of steps) {
        if (step.command === null) live(life, step.days, step.results);
        else {
          const facts = { status: life.status, collection: 'normal', cancelAt: life.cancelAt, parked: false } as const;
          if (allowedCommands(facts).includes(step.command)) runCommand(life, step);
          else expect(() => refuseUnlessAllowed(step.command as Command, facts)).toThrow(DomainError);
        }
        seen.add(life.status);
        check(life);
      }
    }),
    { numRuns: 300 },
  );
  expect([...seen].toSorted()).toEqual(['active', 'canceled', 'past_due', 'paused', 'trialing']);
});
