import { IANAZone } from 'luxon';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { addDaysToDate, addMonthsToDate } from './date-arithmetic.ts';

/** Dates beyond are refused at the door: no billing period reaches there, and 24 forecast years later a date still has four digits. */
const firstYear = 1900;
const lastYear = 2999;
const lastInstant: Instant = Date.UTC(lastYear + 1, 0, 1);
const midnight = '00:00:00.000';

/** Asking whether a name is one costs a formatter of dates each time; the bound is for names in all their spellings. */
const knownZones = new Set<string>();
const knownZonesMax = 2_000;

/** True for a name of the IANA zone database (`Europe/Berlin`, `UTC`); a bare offset such as `+02:00` is none. */
export function isZone(zone: string): boolean {
  if (knownZones.has(zone)) return true;
  const isKnown = zone.length <= 64 && /^[A-Za-z]/.test(zone) && IANAZone.isValidZone(zone);
  if (isKnown && knownZones.size < knownZonesMax) knownZones.add(zone);
  return isKnown;
}

/** True for a date that exists, `YYYY-MM-DD`, years 1900–2999. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text) return false;
  return at.getUTCFullYear() >= firstYear && at.getUTCFullYear() <= lastYear;
}

const offsetsOfZone = new Map<string, Map<number, number | null>>();
const daysKeptMax = 50_000;

function exactOffsetMs(instant: Instant, zone: string): number {
  const minutes = IANAZone.create(zone).offset(instant);
  invariant(Number.isFinite(minutes), `zone ${zone} is unknown`);
  return Math.round(minutes * MINUTE_MS);
}

/** Remembered per UTC day, since asking the zone data costs more than all the rest; a day on which the offset changes is asked anew. */
function offsetMs(instant: Instant, zone: string): number {
  let offsets = offsetsOfZone.get(zone);
  if (offsets === undefined || offsets.size > daysKeptMax) {
    offsets = new Map();
    offsetsOfZone.set(zone, offsets);
  }
  const day = Math.floor(instant / DAY_MS);
  let offset = offsets.get(day);
  if (offset === undefined) {
    const [first, last] = [exactOffsetMs(day * DAY_MS, zone), exactOffsetMs((day + 1) * DAY_MS - 1, zone)];
    offset = first === last ? first : null;
    offsets.set(day, offset);
  }
  return offset ?? exactOffsetMs(instant, zone);
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

const durationPattern =
  /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,11})(?:\.(\d{1,3}))?S)?)?$/;

/**
 * `instant` moved on by an ISO 8601 duration (`P1M`, `P1Y2DT3H`): the date part on the calendar of `zone` at the same wall-clock
 * time, months clamped to their last day, then the time part as elapsed time. Null: unreadable, not positive, or past the year 2999.
 */
export function addIsoDuration(instant: Instant, iso8601Duration: string, zone: string): Instant | null {
  const match = durationPattern.exec(iso8601Duration);
  if (match === null) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1, 8).map((field) => Number(field ?? 0));
  const milliseconds = Number((match[8] ?? '').padEnd(3, '0'));
  const monthCount = (years ?? 0) * 12 + (months ?? 0);
  const dayCount = (weeks ?? 0) * 7 + (days ?? 0);
  const elapsedMs = (hours ?? 0) * HOUR_MS + (minutes ?? 0) * MINUTE_MS + (seconds ?? 0) * SECOND_MS + milliseconds;
  if (monthCount + dayCount + elapsedMs === 0) return null;
  const roughly = instant + monthCount * 31 * DAY_MS + dayCount * DAY_MS + elapsedMs;
  if (roughly >= lastInstant) return null;
  let at = instant;
  if (monthCount + dayCount > 0) {
    const date = addDaysToDate(addMonthsToDate(localDateOf(instant, zone), monthCount), dayCount);
    at = instantOfLocal(date, localTimeOf(instant, zone), zone);
  }
  return at + elapsedMs;
}
