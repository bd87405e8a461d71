import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanId, PriceId } from '../ids.ts';
import type { Price } from '../pricing/price.ts';
import { prorationLine } from '../proration/proration.ts';
import { totalOf } from './invoice-line.ts';
import { type PeriodToInvoice, planPeriodInvoice } from './plan-period-invoice.ts';

const price: Price = {
  id: 'price_1' as PriceId,
  planId: 'plan_1' as PlanId,
  version: 1,
  model: 'flat',
  amountMinor: 2000,
  currency: 'USD',
  interval: { unit: 'month', count: 1 },
};
const period = (changes: Partial<PeriodToInvoice>): PeriodToInvoice => ({
  planName: 'Basic',
  price,
  quantity: 1,
  periodStartAt: 100,
  periodEndAt: 200,
  pendingLines: [],
  creditBalanceMinor: 0,
  ...changes,
});
const pending = (amountMinor: number) =>
  prorationLine({
    kind: amountMinor < 0 ? 'proration_credit' : 'proration_debit',
    description: 'Earlier',
    amountMinor,
    startsAt: 50,
    endsAt: 100,
  });

describe('the invoice of a period', () => {
  it.each<[string, Partial<PeriodToInvoice>, number[], number, number, number]>([
    ['is its price', {}, [2000], 2000, 2000, 0],
    ['adds what was pending', { pendingLines: [pending(-500), pending(900)] }, [2000, -500, 900], 2400, 2400, 0],
    ['takes what the balance has', { creditBalanceMinor: 700 }, [2000, -700], 2000, 1300, 0],
    ['takes no more than it needs', { creditBalanceMinor: 5000 }, [2000, -2000], 2000, 0, 3000],
    ['carries what it owes to the balance', { pendingLines: [pending(-2600)] }, [2000, -2600, 600], -600, 0, 600],
    [
      'adds that to the balance there is',
      { pendingLines: [pending(-2600)], creditBalanceMinor: 50 },
      [2000, -2600, 600],
      -600,
      0,
      650,
    ],
    [
      'of nothing takes nothing from the balance',
      { pendingLines: [pending(-2000)], creditBalanceMinor: 50 },
      [2000, -2000],
      0,
      0,
      50,
    ],
    ['of a part bills the part', { shareOfFull: { part: 1, whole: 3 } }, [667], 667, 667, 0],
  ])('%s', (_name, changes, amounts, subtotalMinor, totalMinor, creditBalanceAfterMinor) => {
    const invoice = planPeriodInvoice(period(changes));
    expect(invoice.lines.map((line) => line.amountMinor)).toEqual(amounts);
    expect(invoice).toMatchObject({ subtotalMinor, totalMinor, creditBalanceAfterMinor });
  });

  it('names plan, quantity and unit price, and the time it bills', () => {
    const perUnit = planPeriodInvoice(period({ price: { ...price, model: 'per_unit' }, quantity: 3 }));
    expect(perUnit.lines).toEqual([
      {
        kind: 'period',
        description: 'Basic',
        quantity: 3,
        unitAmountMinor: 2000,
        amountMinor: 6000,
        startsAt: 100,
        endsAt: 200,
      },
    ]);
    expect(perUnit.basis).toEqual({ amountMinor: 6000, startsAt: 100, endsAt: 200 });
  });

  it('pays the period, not its prorations: they are no base of a later credit', () => {
    const invoice = planPeriodInvoice(period({ pendingLines: [pending(900)], creditBalanceMinor: 100 }));
    expect(invoice.basis.amountMinor).toBe(2000);
  });

  it('refuses a period without length', () => {
    expect(() => planPeriodInvoice(period({ periodEndAt: 100 }))).toThrow('a period ends after it starts');
  });

  it('totals are the sum of the lines, never negative, and no unit of the balance is lost or made', () => {
    const amounts = fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 6 });
    fc.assert(
      fc.property(amounts, fc.nat({ max: 200_000 }), (amounts, creditBalanceMinor) => {
        const invoice = planPeriodInvoice(period({ pendingLines: amounts.map(pending), creditBalanceMinor }));
        expect(invoice.totalMinor).toBe(totalOf(invoice.lines));
        expect(invoice.totalMinor).toBeGreaterThanOrEqual(0);
        expect(invoice.creditBalanceAfterMinor).toBeGreaterThanOrEqual(0);
        expect(invoice.totalMinor - invoice.creditBalanceAfterMinor).toBe(invoice.subtotalMinor - creditBalanceMinor);
      }),
    );
  });
});
