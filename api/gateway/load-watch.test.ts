import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoadWatch, ranks, watchLoad } from './load-watch.ts';

let lateMs = 0;
let load: LoadWatch;

beforeEach(() => {
  vi.useFakeTimers();
  lateMs = 0;
  load = watchLoad({ inFlightMax: 100, loopDelayMsMax: 50 }, { readMs: () => lateMs, stop: () => undefined });
});
afterEach(() => {
  load.stop();
  vi.useRealTimers();
});

const refused = () => ranks.filter((rank) => load.refuses(rank));

describe('a process with too much to do', () => {
  it.each([
    [49, []],
    [50, ['list']],
    [75, ['list', 'read']],
    [90, ['list', 'read', 'change']],
    [100, ['list', 'read', 'change', 'money']],
  ])('with %i calls in hand gives up %j', (count, expected) => {
    for (let call = 0; call < count; call += 1) load.enter();
    expect(refused()).toEqual(expected);
    for (let call = 0; call < count; call += 1) load.leave();
    expect(refused()).toEqual([]);
  });

  it.each([
    [49, []],
    [50, ['list']],
    [100, ['list', 'read']],
    [200, ['list', 'read', 'change']],
    [400, ['list', 'read', 'change', 'money']],
  ])('with a loop that is %i ms late gives up %j, and takes all again within half a second', (ms, expected) => {
    lateMs = ms;
    vi.advanceTimersByTime(250);
    expect(refused()).toEqual(expected);
    lateMs = 0;
    vi.advanceTimersByTime(250);
    expect(refused()).toEqual([]);
  });
});

it('sees a loop that is held up', async () => {
  vi.useRealTimers();
  const real = watchLoad({ inFlightMax: 100, loopDelayMsMax: 50 });
  try {
    await vi.waitFor(
      () => {
        const until = performance.now() + 200;
        while (performance.now() < until);
        expect(real.refuses('list')).toBe(true);
      },
      { timeout: 5_000, interval: 1 },
    );
    await vi.waitFor(() => expect(real.refuses('list')).toBe(false), { timeout: 5_000, interval: 20 });
  } finally {
    real.stop();
  }
});
