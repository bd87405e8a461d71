import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../instant.ts';
import { totalOf } from '../invoices/invoice-line.ts';
import { planChange } from './plan-change.ts';
import { type DateMove, planDateMove } from './plan-date-move.ts';

const day = (n: number) => n * DAY_MS;
const move = (changes: Partial<DateMove>): DateMove => ({
  at: day(10),
  oldEndAt: day(30),
  newEndAt: day(45),
  periodStartAt: day(0),
  periodPausedMs: 0,
  basis: { amountMinor: 3000, startsAt: day(0), endsAt: day(30) },
  pending: [],
  description: 'Basic',
  fullAmountMinor: 3000,
  mode: 'next_invoice',
  ...changes,
});

describe('a move of the next billing date (R23)', () => {
  it('later, on the next invoice: the added time waits as a line, and is no paid time yet', () => {
    const plan = planDateMove(move({}));
    expect(plan.pendingAfter).toEqual([
      {
        kind: 'proration_debit',
        description: 'Added time of Basic',
        quantity: 1,
        unitAmountMinor: 1500,
        amountMinor: 1500,
        startsAt: day(30),
        endsAt: day(45),
      },
    ]);
    expect(plan).toMatchObject({ invoiceNow: null, creditBalanceDeltaMinor: 0, netMinor: 1500 });
    expect(plan.basisAfter).toEqual(move({}).basis);
    expect(plan.periodPausedMsAfter).toBe(day(15));
  });

  it('later, invoiced now: paid time reaches to the new end', () => {
    const plan = planDateMove(move({ mode: 'invoice_now' }));
    expect(totalOf(plan.invoiceNow ?? [])).toBe(1500);
    expect(plan.basisAfter).toEqual({ amountMinor: 3500, startsAt: day(10), endsAt: day(45) });
  });

  it('later, without proration: what is paid is spread over the longer time', () => {
    const plan = planDateMove(move({ mode: 'none' }));
    expect(plan).toMatchObject({ pendingAfter: [], invoiceNow: null, creditBalanceDeltaMinor: 0, netMinor: 0 });
    expect(plan.basisAfter).toEqual({ amountMinor: 2000, startsAt: day(10), endsAt: day(45) });
  });

  it('by more than a full period: costs more than a full price', () => {
    expect(planDateMove(move({ newEndAt: day(120) })).netMinor).toBe(9000);
  });

  it.each(['next_invoice', 'invoice_now'] as const)('earlier: removed time becomes credit balance: %s', (mode) => {
    const plan = planDateMove(move({ newEndAt: day(20), mode }));
    expect(plan).toMatchObject({ pendingAfter: [], invoiceNow: null, creditBalanceDeltaMinor: 1000, netMinor: -1000 });
    expect(plan.basisAfter).toEqual({ amountMinor: 1000, startsAt: day(10), endsAt: day(20) });
    expect(plan.periodPausedMsAfter).toBe(day(-10));
  });

  it('earlier, without proration: no credit', () => {
    const plan = planDateMove(move({ newEndAt: day(20), mode: 'none' }));
    expect(plan).toMatchObject({ creditBalanceDeltaMinor: 0, netMinor: 0 });
    expect(plan.basisAfter).toEqual({ amountMinor: 2000, startsAt: day(10), endsAt: day(20) });
  });

  it('in a trial: the end moves, no money does', () => {
    expect(planDateMove(move({ basis: null }))).toMatchObject({ pendingAfter: [], basisAfter: null, netMinor: 0 });
    expect(planDateMove(move({ basis: null, newEndAt: day(20) }))).toMatchObject({ basisAfter: null, netMinor: 0 });
  });

  it('to where it is: nothing', () => {
    const plan = planDateMove(move({ newEndAt: day(30) }));
    expect(plan).toMatchObject({ pendingAfter: [], netMinor: 0, periodPausedMsAfter: 0 });
    expect(plan.basisAfter).toEqual(move({}).basis);
  });

  it('earlier cuts off a pending upgrade where the period now ends', () => {
    const change = {
      ...move({}),
      periodEndAt: day(30),
      fromDescription: 'Basic',
      toDescription: 'Pro',
      newAmountMinor: 6000,
    };
    const upgraded = planChange(change);
    const plan = planDateMove(move({ newEndAt: day(20), pending: upgraded.pendingAfter, fullAmountMinor: 6000 }));
    expect(plan.pendingAfter.map((line) => line.amountMinor)).toEqual([-1000, 2000]);
    expect(plan.creditBalanceDeltaMinor).toBe(1000);
  });

  it.each<[string, Partial<DateMove>]>([
    ['into the past', { newEndAt: day(9) }],
    ['to now', { newEndAt: day(10) }],
    ['after the period is over', { at: day(31) }],
  ])('is not planned %s', (_name, changes) => {
    expect(() => planDateMove(move(changes))).toThrow('invariant broken');
  });
});

describe('properties', () => {
  const modes = fc.constantFrom('next_invoice', 'invoice_now');
  const ends = fc.integer({ min: day(11), max: day(400) });
  const at = fc.integer({ min: 0, max: day(10) });

  it('there and straight back nets to zero within two units, and restores the length of a full period', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), at, ends, modes, (amountMinor, at, newEndAt, mode) => {
        const basis = { amountMinor, startsAt: day(0), endsAt: day(30) };
        const there = planDateMove(move({ at, newEndAt, basis, fullAmountMinor: amountMinor, mode }));
        const back = planDateMove(
          move({
            at,
            oldEndAt: newEndAt,
            newEndAt: day(30),
            basis: there.basisAfter,
            pending: there.pendingAfter,
            periodPausedMs: there.periodPausedMsAfter,
            fullAmountMinor: amountMinor,
            mode,
          }),
        );
        const paid = totalOf(there.invoiceNow ?? []) + totalOf(back.invoiceNow ?? []) + totalOf(back.pendingAfter);
        const credited = there.creditBalanceDeltaMinor + back.creditBalanceDeltaMinor;
        expect(Math.abs(paid - credited)).toBeLessThanOrEqual(2);
        expect(back.periodPausedMsAfter).toBe(0);
      }),
    );
  });

  it('credits never exceed what was paid', () => {
    const steps = fc.array(fc.record({ newEndAt: ends, mode: modes }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), steps, (amountMinor, steps) => {
        let state = { basis: move({}).basis, pending: move({}).pending, oldEndAt: day(30), periodPausedMs: 0 };
        let paidMinor = amountMinor;
        let creditMinor = 0;
        if (state.basis) state.basis = { ...state.basis, amountMinor };
        for (const [index, step] of steps.entries()) {
          const plan = planDateMove(move({ ...state, ...step, at: day(index), fullAmountMinor: amountMinor }));
          paidMinor += totalOf(plan.invoiceNow ?? []);
          creditMinor += plan.creditBalanceDeltaMinor;
          expect(creditMinor + (plan.basisAfter?.amountMinor ?? 0)).toBeLessThanOrEqual(paidMinor);
          state = {
            basis: plan.basisAfter,
            pending: plan.pendingAfter,
            oldEndAt: step.newEndAt,
            periodPausedMs: plan.periodPausedMsAfter,
          };
        }
      }),
    );
  });
});
