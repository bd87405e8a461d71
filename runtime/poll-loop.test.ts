import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Found, startPollLoop } from './poll-loop.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function record(results: (Found | Error)[]) {
  const startedAt = Date.now();
  const ticks: number[] = [];
  const errors: unknown[] = [];
  const loop = startPollLoop({
    delayMinMs: 100,
    delayMaxMs: 500,
    onError: (error) => errors.push(error),
    tick: async () => {
      ticks.push(Date.now() - startedAt);
      const result = results.shift() ?? 'none';
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return { loop, ticks, errors };
}

it('looks again at once while there is more, soon after some, and ever less often after none', async () => {
  const { loop, ticks } = record(['more', 'more', 'some', 'none', 'none', 'none', 'none', 'none', 'some', 'none']);
  await vi.advanceTimersByTimeAsync(2_400);
  expect(ticks.slice(0, 11)).toEqual([0, 0, 0, 100, 250, 475, 812, 1_312, 1_812, 1_912, 2_062]);
  await loop.stop();
});

it('goes on after a failure, with a delay that grows', async () => {
  const { loop, ticks, errors } = record([new Error('a'), new Error('b'), new Error('c'), 'some']);
  await vi.advanceTimersByTimeAsync(1_600);
  expect(errors).toHaveLength(3);
  expect(ticks.slice(0, 5)).toEqual([0, 200, 600, 1_400, 1_500]);
  await loop.stop();
});

it('stops during a pause without another tick', async () => {
  const { loop, ticks } = record(['none']);
  await vi.advanceTimersByTimeAsync(1);
  await loop.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ticks).toEqual([0]);
});
