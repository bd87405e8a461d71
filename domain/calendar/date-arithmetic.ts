import { DAY_MS } from '../instant.ts';
import { invariant } from '../invariant.ts';

/** Arithmetic on calendar dates (`YYYY-MM-DD`, proleptic Gregorian) without any zone; UTC is only the carrier. */
const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** Days since 1970-01-01. */
export function dayNumberOf(date: string): number {
  const at = datePattern.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  invariant(Number.isFinite(at), `${date} is not a calendar date`);
  return at / DAY_MS;
}

function dateOfDayNumber(dayNumber: number): string {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}

/** Months since January of year 0. */
export function monthNumberOf(date: string): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

export function addDaysToDate(date: string, days: number): string {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** The same day `months` later, or the month's last day where it has no such day. */
export function addMonthsToDate(date: string, months: number): string {
  const monthNumber = monthNumberOf(date) + months;
  const year = Math.floor(monthNumber / 12);
  const month = monthNumber - year * 12;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(Number(date.slice(8, 10)), lastDay);
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}
