import { expect, it } from 'vitest';
import type { Interval } from '../calendar/interval.ts';
import { monthlyRecurringRevenue, type RecurringAmount } from './recurring-revenue.ts';

function billed(amountMinor: number, unit: Interval['unit'], count = 1, currency = 'USD'): RecurringAmount {
  return { currency, interval: { unit, count }, subscriptions: 1, amountMinor: BigInt(amountMinor) };
}

it.each([
  ['a month is itself', billed(1_999, 'month'), 1_999],
  ['a quarter is a third', billed(10_000, 'month', 3), 3_333],
  ['a year is a twelfth', billed(12_000, 'year'), 1_000],
  ['two years are a twenty-fourth', billed(24_000, 'year', 2), 1_000],
  ['a week is 365 days by 84', billed(700, 'week'), 3_042],
  ['two weeks are half of it', billed(700, 'week', 2), 1_521],
  ['a day is 365 by 12', billed(100, 'day'), 3_042],
  ['thirty days are a little more than a month', billed(3_000, 'day', 30), 3_042],
  ['nothing is nothing', billed(0, 'month'), 0],
])('%s', (_name, amount, monthly) => {
  expect(monthlyRecurringRevenue([amount])).toEqual([{ currency: 'USD', amountMinor: monthly, subscriptions: 1 }]);
});

it('is rounded once, after the sum', () => {
  // 3 × 100/3 is 100, where three rounded parts would be 99.
  const thirds = Array.from({ length: 3 }, () => billed(100, 'month', 3));
  expect(monthlyRecurringRevenue(thirds)).toEqual([{ currency: 'USD', amountMinor: 100, subscriptions: 3 }]);
});

it('stands by currency, and nothing is converted', () => {
  const amounts = [billed(500, 'month', 1, 'JPY'), billed(1_200, 'year', 1, 'EUR'), billed(300, 'month', 1, 'EUR')];
  expect(monthlyRecurringRevenue(amounts)).toEqual([
    { currency: 'EUR', amountMinor: 400, subscriptions: 2 },
    { currency: 'JPY', amountMinor: 500, subscriptions: 1 },
  ]);
});

it('is the largest amount that can be said, where it is more', () => {
  const amount = { ...billed(0, 'day'), amountMinor: 9_999_999_999n * 100_000n };
  expect(monthlyRecurringRevenue([amount])[0]?.amountMinor).toBe(Number.MAX_SAFE_INTEGER);
});

it('of nobody is empty', () => {
  expect(monthlyRecurringRevenue([])).toEqual([]);
});
