import { expect, it } from 'vitest';
import type { ForecastPeriod, Supposition } from '../../../shared/rest/types.ts';
import { compareRows } from './compare-rows.ts';

const period = (day: string, total: number): ForecastPeriod => ({
  ...{ period_start: day, period_end: day, due_at: day, total, currency: 'EUR', lines: [] },
});
const side = (data: ForecastPeriod[], due_now = 0) => ({ data, due_now, total: 0 });
const compared = (more: Partial<Supposition>): Supposition => ({
  ...{ currency: 'EUR', compared_until: null, present: side([]), supposed: side([]), difference: 0 },
  ...more,
});
const outline = (of: Supposition) =>
  compareRows(of).map(({ dueAt, presentMinor, supposedMinor }) => [dueAt, presentMinor, supposedMinor]);

it('puts two forecasts beside each other by their dates, as far as both are known', () => {
  const present = side([period('2026-05-01', 100), period('2026-06-01', 100)]);
  const supposed = side([period('2026-05-01', 150), period('2026-05-16', 200), period('2026-07-01', 200)], 70);
  expect(outline(compared({ present, supposed, compared_until: '2026-07-01' }))).toEqual([
    [null, 0, 70],
    ['2026-05-01', 100, 150],
    ['2026-05-16', 0, 200],
    ['2026-06-01', 100, 0],
  ]);
});

it('shows everything where both say all there will ever be', () => {
  expect(outline(compared({ present: side([period('2026-05-01', 100)]) }))).toEqual([['2026-05-01', 100, 0]]);
});
