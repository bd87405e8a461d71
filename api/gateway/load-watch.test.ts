import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LoadWatch, ranks, watchLoad } from './load-watch.ts';

let lateMs = 0;
let load: LoadWatch;

beforeEach(() => {
  vi.useFakeTimers();
  lateMs = 0;
  load = watchLoad(
    { inFlightMax: 100, loopDelayMsMax: 50, callMsMax: 40 },
    { readMs: () => lateMs, stop: () => undefined },
  );
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
    for (let call = 0; call < count; call += 1) load.enter('money');
    expect(refused()).toEqual(expected);
    for (let call = 0; call < count; call += 1) load.leave('money', 1);
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

describe('calls that wait for one another', () => {
  function answer(count: number, tookMs: number, rank: (typeof ranks)[number] = 'read'): void {
    for (let call = 0; call < count; call += 1) {
      load.enter(rank);
      load.leave(rank, tookMs);
    }
    vi.advanceTimersByTime(250);
  }
  /** How many reads are taken at once. */
  function taken(): number {
    let count = 0;
    while (!load.refuses('read')) {
      load.enter('read');
      count += 1;
    }
    for (let call = 0; call < count; call += 1) load.leave('read', 1);
    return count;
  }

  it('are taken as fast as they are answered, and no fewer than a sixteenth', () => {
    answer(500, 41);
    expect(taken()).toBe(60);
    vi.advanceTimersByTime(250);
    answer(10, 5_000);
    expect(taken()).toBe(5);
  });

  it('are taken as before soon after they have become quick', () => {
    answer(10, 5_000);
    for (let sample = 0; sample < 14; sample += 1) answer(10, 5);
    expect(taken()).toBe(75);
  });

  it('turn away nothing about money, however many there are, that is answered soon enough', () => {
    for (let call = 0; call < 40; call += 1) load.enter('read');
    for (let call = 0; call < 60; call += 1) {
      load.enter('money');
      load.leave('money', 100);
    }
    answer(10, 5_000);
    for (let call = 0; call < 38; call += 1) load.enter('money');
    expect(refused()).toEqual(['list', 'read', 'change']);
    load.enter('money');
    expect(refused()).toEqual([...ranks]);
  });

  it('are told by reads: what may wait for a provider limits nobody', () => {
    answer(100, 8_000, 'money');
    answer(100, 8_000, 'change');
    expect(taken()).toBe(75);
  });

  it('open nothing while all of them stand still', () => {
    answer(10, 5_000);
    load.enter('read');
    vi.advanceTimersByTime(5_000);
    load.leave('read', 1);
    expect(taken()).toBe(5);
  });
});

it('sees a loop that is held up', async () => {
  vi.useRealTimers();
  const real = watchLoad({ inFlightMax: 100, loopDelayMsMax: 50, callMsMax: 40 });
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
