import { expect, it } from 'vitest';
import { periodOf } from './period-of.ts';

it.each([
  ['day', 10, 'P10D'],
  ['week', 2, 'P2W'],
  ['month', 3, 'P3M'],
  ['year', 1, 'P1Y'],
] as const)('a period of %s × %i is %s', (interval, interval_count, expected) => {
  expect(periodOf({ interval, interval_count })).toBe(expected);
});
