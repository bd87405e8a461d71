import { expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../instant.ts';
import { delayAfterRefundCalls, refundCallsMax } from './ask-schedule.ts';

const sum = (calls: number) =>
  Array.from({ length: calls }, (_, made) => delayAfterRefundCalls(made + 1) ?? 0).reduce((total, ms) => total + ms, 0);

it('asks about a refund more and more rarely, then gives it to a person', () => {
  const delays = Array.from({ length: refundCallsMax }, (_, made) => delayAfterRefundCalls(made + 1));
  const waited = delays.slice(0, -1) as number[];
  expect(waited.toSorted((a, b) => a - b)).toEqual(waited);
  expect(delays.at(-1)).toBeNull();
  expect(delayAfterRefundCalls(0)).toBe(delays[0]);
});

it('asks six times within a day, and for five days more', () => {
  expect(sum(6)).toBeGreaterThan(17 * HOUR_MS);
  expect(sum(6)).toBeLessThan(DAY_MS);
  expect(sum(refundCallsMax)).toBe(sum(6) + 5 * DAY_MS);
});
