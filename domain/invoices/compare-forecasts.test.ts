import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../instant.ts';
import { compareForecasts } from './compare-forecasts.ts';
import type { ForecastPeriod } from './plan-forecast.ts';

const every = (days: number, totalMinor: number, count: number, fromDay = 0): ForecastPeriod[] =>
  Array.from({ length: count }, (_, index) => {
    const dueAt = (fromDay + index * days) * DAY_MS;
    const periodEndAt = dueAt + days * DAY_MS;
    return { periodStartAt: dueAt, periodEndAt, dueAt, totalMinor, currency: 'EUR', lines: [] };
  });
const outlook = (forecast: ForecastPeriod[], dueNowMinor = 0) => ({ dueNowMinor, forecast });

describe('two forecasts', () => {
  it.each([
    ['the same', every(30, 100, 12), every(30, 100, 12), 360, [1200, 1200]],
    ['one that is put off', every(30, 100, 12), every(30, 100, 12, 45), 360, [1200, 1100]],
    ['of months and of years', every(30, 100, 12), every(360, 1000, 12), 360, [1200, 1000]],
    ['of years and of months', every(360, 1000, 12), every(30, 100, 12), 360, [1000, 1200]],
    ['one that ends', every(30, 100, 12), every(30, 100, 1), 360, [1200, 100]],
    ['one that never was', every(30, 100, 12), [], 360, [1200, 0]],
  ])('%s are compared over the time both know', (_name, present, supposed, untilDay, totals) => {
    const { untilAt, presentTotalMinor, supposedTotalMinor } = compareForecasts(
      outlook(present),
      outlook(supposed),
      12,
    );
    expect([untilAt, [presentTotalMinor, supposedTotalMinor]]).toEqual([untilDay * DAY_MS, totals]);
  });

  it('that both end are compared whole, with what is due now', () => {
    const compared = compareForecasts(outlook(every(30, 100, 2), 50), outlook([], 7), 12);
    expect(compared).toEqual({ untilAt: null, presentTotalMinor: 250, supposedTotalMinor: 7 });
  });
});
