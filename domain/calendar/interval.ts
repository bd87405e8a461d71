/** How long a billing period is (R30): `count` >= 1 units of the calendar. */
export interface Interval {
  unit: 'day' | 'week' | 'month' | 'year';
  count: number;
}

export function isSameInterval(a: Interval, b: Interval): boolean {
  return a.unit === b.unit && a.count === b.count;
}

/** `every month`, `every 3 months`. */
export function describeInterval(interval: Interval): string {
  return interval.count === 1 ? `every ${interval.unit}` : `every ${interval.count} ${interval.unit}s`;
}
