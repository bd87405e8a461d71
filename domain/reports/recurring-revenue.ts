import type { Interval } from '../calendar/interval.ts';
import { assertNever } from '../invariant.ts';
import { divideRounded } from '../money/money.ts';
import { reportableMinor } from './reportable-minor.ts';

/** What the subscriptions of one currency and interval bill together for one period of it, in minor units. */
export interface RecurringAmount {
  currency: string;
  interval: Interval;
  subscriptions: number;
  amountMinor: bigint;
}

export interface RecurringRevenue {
  currency: string;
  amountMinor: number;
  subscriptions: number;
}

/** How much of a period's amount falls to a month: a year is 12 months and 365 days, a week 7 of them. */
function monthlyShare({ unit, count }: Interval): { part: bigint; whole: bigint } {
  const periods = BigInt(count);
  switch (unit) {
    case 'day':
      return { part: 365n, whole: 12n * periods };
    case 'week':
      return { part: 365n, whole: 84n * periods };
    case 'month':
      return { part: 1n, whole: periods };
    case 'year':
      return { part: 1n, whole: 12n * periods };
    default:
      return assertNever(unit);
  }
}

/**
 * Monthly recurring revenue (MRR) per currency, sorted by it; nothing is converted. The sum of a currency is exact and rounded
 * once. Which subscriptions count is its caller's choice: the report's are in `db/queries/reports/read-overview.ts`.
 */
export function monthlyRecurringRevenue(amounts: readonly RecurringAmount[]): RecurringRevenue[] {
  const byCurrency = Map.groupBy(amounts, ({ currency }) => currency);
  return [...byCurrency]
    .map(([currency, ofCurrency]) => ({
      currency,
      amountMinor: reportableMinor(sumOfMonths(ofCurrency)),
      subscriptions: ofCurrency.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
    }))
    .sort((a, b) => a.currency.localeCompare(b.currency, 'en'));
}

function sumOfMonths(amounts: readonly RecurringAmount[]): bigint {
  let dividend = 0n;
  let divisor = 1n;
  for (const { amountMinor, interval } of amounts) {
    const { part, whole } = monthlyShare(interval);
    dividend = dividend * whole + amountMinor * part * divisor;
    divisor *= whole;
  }
  return divideRounded(dividend, divisor);
}
