import { IANAZone } from 'luxon';
import { DAY_MS, type Instant, MINUTE_MS } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { addDaysToDate } from './date-arithmetic.ts';

/** Dates beyond are refused at the door: no billing period reaches there, and 24 forecast years later a date still has four digits. */
const firstYear = 1900;
const lastYear = 2999;
const midnight = '00:00:00.000';

/** True for a name of the IANA zone database (`Europe/Berlin`, `UTC`); a bare offset such as `+02:00` is none. */
export function isZone(zone: string): boolean {
  return zone.length <= 64 && /^[A-Za-z]/.test(zone) && IANAZone.isValidZone(zone);
}

/** True for a date that exists, `YYYY-MM-DD`, years 1900–2999. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) return false;
  return at.getUTCFullYear() >= firstYear && at.getUTCFullYear() <= lastYear;
}

function offsetMs(instant: Instant, zone: string): number {
  const minutes = IANAZone.create(zone).offset(instant);
  invariant(Number.isFinite(minutes), `zone ${zone} is unknown`);
  return Math.round(minutes * MINUTE_MS);
}

/** What a clock on the wall in `zone` shows, as if it stood in UTC. */
function wallClockOf(instant: Instant, zone: string): string {
  return new Date(instant + offsetMs(instant, zone)).toISOString();
}

export function localDateOf(instant: Instant, zone: string): string {
  return wallClockOf(instant, zone).slice(0, 10);
}

/** `HH:mm:ss.SSS`. */
export function localTimeOf(instant: Instant, zone: string): string {
  return wallClockOf(instant, zone).slice(11, 23);
}

/**
 * The instant at which the wall clock in `zone` shows `time` (`HH:mm:ss.SSS`) on `date`. A time that a DST gap skips moves forward
 * by the gap's length; of a time that comes twice the first is meant (RFC 5545 §3.3.5).
 */
export function instantOfLocal(date: string, time: string, zone: string): Instant {
  const asUtc = Date.parse(`${date}T${time}Z`);
  invariant(Number.isFinite(asUtc), `${date} ${time} is not a local time`);
  const offsetBefore = offsetMs(asUtc - DAY_MS, zone);
  const offsetAfter = offsetMs(asUtc + DAY_MS, zone);
  const candidates = [asUtc - Math.max(offsetBefore, offsetAfter), asUtc - Math.min(offsetBefore, offsetAfter)];
  const exact = candidates.find((candidate) => candidate + offsetMs(candidate, zone) === asUtc);
  return exact ?? asUtc - offsetBefore;
}

/** The first instant of a date; where a DST gap skips midnight, the first one after it. */
export function startOfLocalDate(date: string, zone: string): Instant {
  return instantOfLocal(date, midnight, zone);
}

/** The same wall-clock time `days` later (a trial's end). */
export function addLocalDays(instant: Instant, days: number, zone: string): Instant {
  if (days === 0) return instant;
  return instantOfLocal(addDaysToDate(localDateOf(instant, zone), days), localTimeOf(instant, zone), zone);
}
