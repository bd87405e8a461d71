import { addDaysToDate } from '../calendar/date-arithmetic.ts';
import { localDateOf, startOfLocalDate } from '../calendar/local-date.ts';
import type { Instant } from '../instant.ts';

export interface ReportDays {
  /** `YYYY-MM-DD`, oldest first. */
  dates: readonly string[];
  /** One more than there are dates: day `n` is `[bounds[n], bounds[n + 1])`. */
  bounds: readonly Instant[];
}

/** The last `count` days of a zone, today with them: 23 or 25 hours long where the clocks are changed. */
export function lastDays(now: Instant, zone: string, count: number): ReportDays {
  const today = localDateOf(now, zone);
  const dates = Array.from({ length: count }, (_, index) => addDaysToDate(today, index + 1 - count));
  const bounds = [...dates, addDaysToDate(today, 1)].map((date) => startOfLocalDate(date, zone));
  return { dates, bounds };
}
