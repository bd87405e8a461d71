import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../instant.ts';
import { totalOf } from '../invoices/invoice-line.ts';
import { type ChangeWithinPeriod, planChange } from './plan-change.ts';
import { type ProrationMode, prorationLine } from './proration.ts';

/** A period of 30 days in the units of the tests: day n. */
const day = (n: number) => n * DAY_MS;
const change = (changes: Partial<ChangeWithinPeriod>): ChangeWithinPeriod => ({
  at: day(10),
  periodStartAt: day(0),
  periodEndAt: day(30),
  periodPausedMs: 0,
  basis: { amountMinor: 3000, startsAt: day(0), endsAt: day(30) },
  pending: [],
  fromDescription: 'Basic',
  toDescription: 'Pro',
  newAmountMinor: 6000,
  mode: 'next_invoice',
  ...changes,
});
const figures = (lines: readonly { description: string; amountMinor: number }[] | null) =>
  lines?.map((line) => `${line.description}: ${line.amountMinor}`) ?? null;

describe('a change of plan or quantity now (R23)', () => {
  it('upgrade on the next invoice: two lines wait, nothing is paid yet', () => {
    const plan = planChange(change({}));
    expect(figures(plan.pendingAfter)).toEqual(['Unused time of Basic: -2000', 'Remaining time of Pro: 4000']);
    expect(plan).toMatchObject({ invoiceNow: null, creditBalanceDeltaMinor: 0, netMinor: 2000 });
    expect(plan.basisAfter).toEqual(change({}).basis);
  });

  it('upgrade invoiced now: the same lines, and the new basis once they are paid', () => {
    const plan = planChange(change({ mode: 'invoice_now' }));
    expect(figures(plan.invoiceNow)).toEqual(['Unused time of Basic: -2000', 'Remaining time of Pro: 4000']);
    expect(plan).toMatchObject({ pendingAfter: [], creditBalanceDeltaMinor: 0, netMinor: 2000 });
    expect(plan.basisAfter).toEqual({ amountMinor: 4000, startsAt: day(10), endsAt: day(30) });
  });

  it.each(['next_invoice', 'invoice_now'] as const)('downgrade becomes credit balance at once: %s', (mode) => {
    const plan = planChange(change({ newAmountMinor: 1500, mode }));
    expect(plan).toMatchObject({ pendingAfter: [], invoiceNow: null, creditBalanceDeltaMinor: 1000, netMinor: -1000 });
    expect(plan.basisAfter).toEqual({ amountMinor: 1000, startsAt: day(10), endsAt: day(30) });
  });

  it.each<[string, Partial<ChangeWithinPeriod>]>([
    ['without proration', { mode: 'none' }],
    ['in a trial', { basis: null }],
    ['at the period’s end', { at: day(30) }],
    ['after it', { at: day(31) }],
  ])('moves no money %s', (_name, changes) => {
    const input = change(changes);
    expect(planChange(input)).toEqual({
      pendingAfter: [],
      invoiceNow: null,
      creditBalanceDeltaMinor: 0,
      basisAfter: input.basis,
      netMinor: 0,
    });
  });

  it('gives no credit for a period that was not paid', () => {
    const plan = planChange(change({ basis: { amountMinor: 3000, startsAt: day(-30), endsAt: day(0) } }));
    expect(figures(plan.pendingAfter)).toEqual(['Unused time of Basic: 0', 'Remaining time of Pro: 4000']);
  });

  it('from a free plan: the remaining time is debited whole', () => {
    const plan = planChange(change({ basis: { amountMinor: 0, startsAt: day(0), endsAt: day(30) } }));
    expect(plan.netMinor).toBe(4000);
  });

  it('a full period excludes time paused: 10 of 30 days run, 5 paused, 20 left', () => {
    const basis = { amountMinor: 3000, startsAt: day(5), endsAt: day(35) };
    const plan = planChange(change({ at: day(15), periodEndAt: day(35), periodPausedMs: day(5), basis }));
    expect(figures(plan.pendingAfter)).toEqual(['Unused time of Basic: -2000', 'Remaining time of Pro: 4000']);
  });

  it('a period moved to end later costs by the full period’s rate, beyond one full price', () => {
    const basis = { amountMinor: 4500, startsAt: day(0), endsAt: day(45) };
    const plan = planChange(change({ at: day(5), periodEndAt: day(45), periodPausedMs: day(15), basis }));
    expect(figures(plan.pendingAfter)).toEqual(['Unused time of Basic: -4000', 'Remaining time of Pro: 8000']);
  });
});

describe('changes one after the other', () => {
  it('upgrade, then back ten days later: the ten days stay pending, nothing else', () => {
    const up = planChange(change({}));
    const back = planChange(
      change({ at: day(20), pending: up.pendingAfter, basis: up.basisAfter, newAmountMinor: 3000 }),
    );
    expect(figures(back.pendingAfter)).toEqual(['Unused time of Basic: -1000', 'Remaining time of Pro: 2000']);
    expect(back).toMatchObject({ creditBalanceDeltaMinor: 0, netMinor: 0 });
    expect(back.basisAfter).toEqual({ amountMinor: 1000, startsAt: day(20), endsAt: day(30) });
  });

  it('upgrade and straight back: nothing stays pending, not even lines of no time', () => {
    const { pendingAfter: pending } = planChange(change({}));
    expect(planChange(change({ pending, newAmountMinor: 3000 }))).toMatchObject({ pendingAfter: [], netMinor: 0 });
  });

  it('two upgrades: the first pair is cut off where the second begins', () => {
    const first = planChange(change({}));
    const second = planChange(
      change({ at: day(20), pending: first.pendingAfter, basis: first.basisAfter, newAmountMinor: 9000 }),
    );
    expect(second.pendingAfter.map((line) => line.amountMinor)).toEqual([-1000, 2000, -1000, 3000]);
    expect(second.pendingAfter.map((line) => line.endsAt)).toEqual([day(20), day(20), day(30), day(30)]);
  });

  it('an upgrade invoiced now takes along what was pending', () => {
    const first = planChange(change({}));
    const second = planChange(
      change({ at: day(20), pending: first.pendingAfter, newAmountMinor: 9000, mode: 'invoice_now' }),
    );
    expect(totalOf(second.invoiceNow ?? [])).toBe(1000 + 2000);
    expect(second.pendingAfter).toEqual([]);
  });

  it('a change without proration still ends what was pending for the plan before', () => {
    const first = planChange(change({}));
    const second = planChange(change({ at: day(20), pending: first.pendingAfter, mode: 'none' }));
    expect(totalOf(second.pendingAfter)).toBe(1000);
  });

  it('refuses a pending line without its time', () => {
    const untimed = {
      ...prorationLine({ kind: 'proration_debit', description: '', amountMinor: 1, startsAt: 0, endsAt: 1 }),
      endsAt: null,
    };
    expect(() => planChange(change({ pending: [untimed] }))).toThrow('has its time');
  });
});

const price = fc.nat({ max: 10_000_000 });
const modes = fc.constantFrom<ProrationMode>('next_invoice', 'invoice_now');
/** Carries out a plan as if whatever it invoices were paid at once. */
function carryOut(input: ChangeWithinPeriod) {
  const plan = planChange(input);
  const paidMinor = totalOf(plan.invoiceNow ?? []);
  return { plan, paidMinor, owedMinor: paidMinor + totalOf(plan.pendingAfter) - plan.creditBalanceDeltaMinor };
}

describe('properties', () => {
  it('upgrade then immediate reverse nets to zero within one unit', () => {
    fc.assert(
      fc.property(price, price, fc.integer({ min: 0, max: day(30) - 1 }), modes, modes, (from, to, at, mode, back) => {
        const basis = { amountMinor: from, startsAt: day(0), endsAt: day(30) };
        const there = carryOut(change({ at, basis, newAmountMinor: to, mode }));
        const pending = there.plan.pendingAfter;
        const again = carryOut(change({ at, basis: there.plan.basisAfter, pending, newAmountMinor: from, mode: back }));
        const netMinor =
          there.paidMinor - there.plan.creditBalanceDeltaMinor + again.paidMinor - again.plan.creditBalanceDeltaMinor;
        expect(Math.abs(netMinor + totalOf(again.plan.pendingAfter))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('credits never exceed what was paid, and what waits for an invoice is never negative, over any changes', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat({ max: day(8) }), to: price, mode: modes }), { maxLength: 8 });
    fc.assert(
      fc.property(price, steps, (first, steps) => {
        let basis = change({}).basis;
        if (basis) basis = { ...basis, amountMinor: first };
        let pending = change({}).pending;
        let paidMinor = first;
        let creditMinor = 0;
        let at = day(0);
        for (const step of steps) {
          at += step.afterMs;
          const { plan, paidMinor: nowMinor } = carryOut(
            change({ at, basis, pending, newAmountMinor: step.to, mode: step.mode }),
          );
          paidMinor += nowMinor;
          creditMinor += plan.creditBalanceDeltaMinor;
          ({ basisAfter: basis, pendingAfter: pending } = plan);
          expect(plan.creditBalanceDeltaMinor).toBeGreaterThanOrEqual(0);
          expect(totalOf(pending)).toBeGreaterThanOrEqual(0);
          expect(creditMinor + (basis?.amountMinor ?? 0)).toBeLessThanOrEqual(paidMinor);
        }
      }),
    );
  });

  it('each stretch of time costs what its plan costs, within one unit for each rounding', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat({ max: day(5) }), to: price, mode: modes }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(price, steps, (first, steps) => {
        let basis: ChangeWithinPeriod['basis'] = { amountMinor: first, startsAt: day(0), endsAt: day(30) };
        let pending: ChangeWithinPeriod['pending'] = [];
        let costMinor = first;
        let exactMinor = 0;
        let rateMinor = first;
        let at = day(0);
        for (const step of steps) {
          exactMinor += (rateMinor * step.afterMs) / day(30);
          at += step.afterMs;
          rateMinor = step.to;
          const { plan, paidMinor } = carryOut(
            change({ at, basis, pending, newAmountMinor: step.to, mode: step.mode }),
          );
          costMinor += paidMinor - plan.creditBalanceDeltaMinor;
          ({ basisAfter: basis, pendingAfter: pending } = plan);
        }
        exactMinor += (rateMinor * (day(30) - at)) / day(30);
        expect(Math.abs(costMinor + totalOf(pending) - exactMinor)).toBeLessThanOrEqual(steps.length * 4);
      }),
    );
  });
});
