import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { addDaysToDate, addMonthsToDate, dayNumberOf, monthNumberOf } from './date-arithmetic.ts';
import { type Interval, isSameInterval } from './interval.ts';
import { instantOfLocal, isZone, localDateOf, localTimeOf } from './local-date.ts';

/**
 * R28: where billing periods hang. Every boundary is counted from the anchor in force, never from the boundary before, so that
 * 31 January leads to 28 February and on to 31 March. Which anchor is in force from when, the subscription's rows know.
 */
export interface Anchor {
  /** `YYYY-MM-DD`. */
  localDate: string;
  /** `HH:mm:ss.SSS`. */
  localTime: string;
  /** IANA name. */
  zone: string;
}

export function anchorAt(instant: Instant, zone: string): Anchor {
  invariant(isZone(zone), `zone ${zone} is unknown`);
  return { localDate: localDateOf(instant, zone), localTime: localTimeOf(instant, zone), zone };
}

/** The same wall-clock time and zone on another date: a new next billing date. */
export function anchorOnDate(date: string, like: Anchor): Anchor {
  return { localDate: date, localTime: like.localTime, zone: like.zone };
}

/** Another interval restarts the counting at the boundary (design §5); the same interval keeps its anchor. */
export function anchorAfterChange(change: { anchor: Anchor; from: Interval; to: Interval; at: Instant }): Anchor {
  return isSameInterval(change.from, change.to) ? change.anchor : anchorAt(change.at, change.anchor.zone);
}

function daysOf(interval: Interval): number | null {
  if (interval.unit === 'day') return interval.count;
  return interval.unit === 'week' ? interval.count * 7 : null;
}

function monthsOf(interval: Interval): number {
  return interval.unit === 'year' ? interval.count * 12 : interval.count;
}

/** The n-th boundary (R28); n = 0 is the anchor itself. Wall-clock time is kept over DST; for gaps and overlaps see `instantOfLocal`. */
export function boundaryOf(anchor: Anchor, interval: Interval, n: number): Instant {
  invariant(Number.isInteger(n), `boundary ${n} is not a number of periods`);
  invariant(Number.isInteger(interval.count) && interval.count > 0, `an interval of ${interval.count} is no period`);
  const days = daysOf(interval);
  const date =
    days === null
      ? addMonthsToDate(anchor.localDate, monthsOf(interval) * n)
      : addDaysToDate(anchor.localDate, days * n);
  return instantOfLocal(date, anchor.localTime, anchor.zone);
}

/** The first boundary later than `after`, the anchor itself included; boundaries before the anchor do not exist. */
export function nextBoundaryAfter(anchor: Anchor, interval: Interval, after: Instant): Instant {
  const date = localDateOf(after, anchor.zone);
  const days = daysOf(interval);
  const periodsPassed =
    days === null
      ? (monthNumberOf(date) - monthNumberOf(anchor.localDate)) / monthsOf(interval)
      : (dayNumberOf(date) - dayNumberOf(anchor.localDate)) / days;
  // One period early, since a boundary's wall-clock time or clamped day may lie on either side of `after` within its date or month.
  let n = Math.max(0, Math.floor(periodsPassed) - 1);
  let boundaryAt = boundaryOf(anchor, interval, n);
  while (boundaryAt <= after) {
    n += 1;
    boundaryAt = boundaryOf(anchor, interval, n);
  }
  return boundaryAt;
}
