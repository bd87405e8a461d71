import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../instant.ts';
import { addDaysToDate, addMonthsToDate } from './date-arithmetic.ts';
import { instantOfLocal, localDateOf, localTimeOf } from './local-date.ts';

const pattern =
  /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,11})(?:\.(\d{1,3}))?S)?)?$/;
/** 3000-01-01: an instant beyond has no place on a test clock. */
const end: Instant = Date.UTC(3000, 0, 1);

/**
 * `instant` moved on by an ISO 8601 duration (`P1M`, `P1Y2DT3H`): the date part on the calendar of `zone` at the same wall-clock
 * time, months clamped to their last day, then the time part as elapsed time. Null: unreadable, not positive, or past the year 2999.
 */
export function addIsoDuration(instant: Instant, iso8601Duration: string, zone: string): Instant | null {
  const match = pattern.exec(iso8601Duration);
  if (match === null) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1, 8).map((field) => Number(field ?? 0));
  const milliseconds = Number((match[8] ?? '').padEnd(3, '0'));
  const monthCount = (years ?? 0) * 12 + (months ?? 0);
  const dayCount = (weeks ?? 0) * 7 + (days ?? 0);
  const elapsedMs = (hours ?? 0) * HOUR_MS + (minutes ?? 0) * MINUTE_MS + (seconds ?? 0) * SECOND_MS + milliseconds;
  if (monthCount + dayCount + elapsedMs === 0) return null;
  const roughly = instant + monthCount * 31 * DAY_MS + dayCount * DAY_MS + elapsedMs;
  if (roughly >= end) return null;
  let at = instant;
  if (monthCount + dayCount > 0) {
    const date = addDaysToDate(addMonthsToDate(localDateOf(instant, zone), monthCount), dayCount);
    at = instantOfLocal(date, localTimeOf(instant, zone), zone);
  }
  return at + elapsedMs;
}
