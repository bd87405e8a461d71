import { describe, expect, it } from 'vitest';
import { type Anchor, nextBoundaryAfter } from '../calendar/anchor.ts';
import type { PlanId, PriceId } from '../ids.ts';
import { toIso } from '../instant.ts';
import { prorationLine } from '../proration/proration.ts';
import { type ForecastInput, planForecast, type Terms } from './plan-forecast.ts';
import { planPeriodInvoice } from './plan-period-invoice.ts';

const at = (iso: string) => Date.parse(iso);
const terms = (planName: string, amountMinor: number, unit: 'month' | 'year' = 'month'): Terms => ({
  planName,
  quantity: 1,
  price: {
    id: 'price_1' as PriceId,
    planId: 'plan_1' as PlanId,
    version: 1,
    model: 'flat',
    amountMinor,
    currency: 'USD',
    interval: { unit, count: 1 },
  },
});
const anchor: Anchor = { localDate: '2026-01-31', localTime: '12:00:00.000', zone: 'UTC' };
type State = ForecastInput['subscription'];
const running: State = {
  status: 'active',
  startsAt: at('2026-01-31T12:00:00Z'),
  trialEndAt: null,
  periodEndAt: at('2026-02-28T12:00:00Z'),
  creditBalanceMinor: 0,
  cancelAt: null,
  pausedAt: null,
  resumesAt: null,
  pauseRemainingMs: null,
};
const forecast = (state: Partial<State>, more: Partial<ForecastInput> = {}) =>
  planForecast({
    subscription: { ...running, ...state },
    terms: terms('Basic', 2000),
    termsAtPeriodEnd: null,
    anchor,
    pendingLines: [],
    invoicedUntilAt: null,
    periods: 3,
    ...more,
  });
const starts = (periods: ReturnType<typeof forecast>) =>
  periods.map((period) => toIso(period.periodStartAt).slice(0, 10));

describe('the next invoice', () => {
  it.each<[string, Partial<State>, Partial<ForecastInput>, string[]]>([
    ['at the period’s end', {}, {}, ['2026-02-28', '2026-03-31', '2026-04-30']],
    [
      'at the trial’s end',
      { status: 'trialing', periodEndAt: at('2026-02-14T12:00:00Z'), trialEndAt: at('2026-02-14T12:00:00Z') },
      { anchor: { ...anchor, localDate: '2026-02-14' } },
      ['2026-02-14', '2026-03-14', '2026-04-14'],
    ],
    ['at a start ahead', { status: 'scheduled', periodEndAt: null }, {}, ['2026-01-31', '2026-02-28', '2026-03-31']],
    [
      'after the trial of a start ahead',
      { status: 'scheduled', periodEndAt: null, trialEndAt: at('2026-02-28T12:00:00Z') },
      {},
      ['2026-02-28', '2026-03-31', '2026-04-30'],
    ],
    [
      'after the open invoice of one past due',
      { status: 'past_due' },
      { invoicedUntilAt: at('2026-03-31T12:00:00Z') },
      ['2026-03-31', '2026-04-30', '2026-05-31'],
    ],
    [
      'after the first one, not paid yet',
      { status: 'incomplete', periodEndAt: null },
      { invoicedUntilAt: at('2026-02-28T12:00:00Z') },
      ['2026-02-28', '2026-03-31', '2026-04-30'],
    ],
    [
      'when a pause until a date has given the rest of the period',
      { status: 'paused', resumesAt: at('2026-05-01T12:00:00Z'), pauseRemainingMs: 9 * 86_400_000 },
      {},
      ['2026-05-10', '2026-06-10', '2026-07-10'],
    ],
    ['never in an open-ended pause', { status: 'paused', pauseRemainingMs: 1 }, {}, []],
    ['never at or after a scheduled cancel', { cancelAt: at('2026-03-31T12:00:00Z') }, {}, ['2026-02-28']],
    ['never after a cancel at the period’s end', { cancelAt: at('2026-02-28T12:00:00Z') }, {}, []],
    ['never when canceled', { status: 'canceled' }, {}, []],
    ['never when expired', { status: 'expired' }, {}, []],
    ['never after a failed first payment', { status: 'payment_failed' }, {}, []],
  ])('%s', (_name, state, more, expected) => {
    expect(starts(forecast(state, more))).toEqual(expected);
  });
});

describe('the periods', () => {
  it('touch each other, are due when they start, and cost what the invoice will', () => {
    const periods = forecast({}, { periods: 24 });
    expect(periods).toHaveLength(24);
    for (const [index, period] of periods.entries()) {
      expect(period.periodStartAt).toBe(periods[index - 1]?.periodEndAt ?? running.periodEndAt);
      expect(period.dueAt).toBe(period.periodStartAt);
      const { periodStartAt, periodEndAt } = period;
      const invoice = planPeriodInvoice({
        ...terms('Basic', 2000),
        periodStartAt,
        periodEndAt,
        pendingLines: [],
        creditBalanceMinor: 0,
      });
      expect(period).toMatchObject({ totalMinor: invoice.totalMinor, lines: invoice.lines, currency: 'USD' });
    }
  });

  it('carry the credit balance on, and bill pending lines once', () => {
    const line = prorationLine({
      kind: 'proration_debit',
      description: 'More',
      amountMinor: 500,
      startsAt: 0,
      endsAt: 1,
    });
    const periods = forecast({ creditBalanceMinor: 5000 }, { pendingLines: [line] });
    expect(periods.map((period) => period.totalMinor)).toEqual([0, 0, 1500]);
    expect(periods.map((period) => period.lines.map((line) => line.amountMinor))).toEqual([
      [2000, 500, -2500],
      [2000, -2000],
      [2000, -500],
    ]);
  });

  it('are of the plan that a pending change brings, from the period’s end on', () => {
    const periods = forecast({}, { termsAtPeriodEnd: terms('Pro', 5000) });
    expect(periods.map((period) => [period.lines[0]?.description, period.totalMinor])).toEqual([
      ['Pro', 5000],
      ['Pro', 5000],
      ['Pro', 5000],
    ]);
    expect(starts(periods)).toEqual(['2026-02-28', '2026-03-31', '2026-04-30']);
  });

  it('of another interval restart at the period’s end', () => {
    const periods = forecast({}, { termsAtPeriodEnd: terms('Yearly', 20_000, 'year') });
    expect(starts(periods)).toEqual(['2026-02-28', '2027-02-28', '2028-02-28']);
  });

  it('end where the calendar’s next boundary is', () => {
    for (const period of forecast({}, { periods: 12 })) {
      expect(period.periodEndAt).toBe(nextBoundaryAfter(anchor, { unit: 'month', count: 1 }, period.periodStartAt));
    }
  });
});
