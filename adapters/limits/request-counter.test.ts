import { describe, expect, it } from 'vitest';
import { createMemoryRequestCounter, createRequestCounter, type SharedCount } from './request-counter.ts';

const perSecond = (max: number) => ({ max, windowMs: 1_000 });

/** A store that counts, and how often it was told. */
function makeStore() {
  const taken = new Map<string, number>();
  let calls = 0;
  return {
    calls: () => calls,
    taken,
    share: async (name: string, points: number): Promise<SharedCount> => {
      calls += 1;
      taken.set(name, (taken.get(name) ?? 0) + points);
      return { taken: taken.get(name) ?? 0, resetsInMs: 1_000 };
    },
  };
}

describe('counting requests', () => {
  it('lets as many through as the allowance says, and says how long the others have to wait', () => {
    let now = 0;
    const counter = createMemoryRequestCounter(() => now);
    const counts = Array.from({ length: 12 }, () => counter.count('one', perSecond(10)));
    expect(counts.map(({ isOver }) => isOver)).toEqual([...Array<boolean>(10).fill(false), true, true]);
    expect(counts.map(({ remaining }) => remaining).slice(0, 3)).toEqual([9, 8, 7]);
    now = 400;
    expect(counter.count('one', perSecond(10))).toEqual({ isOver: true, remaining: 0, resetsInMs: 600 });
    expect(counter.count('other', perSecond(10)).isOver).toBe(false);
    now = 1_000;
    expect(counter.count('one', perSecond(10))).toEqual({ isOver: false, remaining: 9, resetsInMs: 1_000 });
  });

  it('looks without counting', () => {
    const counter = createMemoryRequestCounter(() => 0);
    for (let look = 0; look < 5; look += 1)
      expect(counter.look('one', perSecond(2))).toMatchObject({ isOver: false, remaining: 2 });
    counter.count('one', perSecond(2));
    counter.count('one', perSecond(2));
    expect(counter.look('one', perSecond(2)).isOver).toBe(true);
  });

  it('tells the others once per fiftieth of an allowance, and not at all far below it', async () => {
    const store = makeStore();
    const counter = createRequestCounter(store.share, () => 0);
    for (let request = 0; request < 19; request += 1) counter.count('quiet', perSecond(1_000));
    expect(store.calls()).toBe(0);
    for (let request = 0; request < 1_000; request += 1) {
      counter.count('busy', perSecond(1_000));
      await Promise.resolve();
    }
    expect(store.calls()).toBeGreaterThanOrEqual(40);
    expect(store.calls()).toBeLessThanOrEqual(50);
  });

  it('lets P processes take at most P fiftieths too many, however they take turns', async () => {
    const store = makeStore();
    const processes = Array.from({ length: 4 }, () => createRequestCounter(store.share, () => 0));
    let through = 0;
    for (let request = 0; request < 2_000; request += 1) {
      const counter = processes[(request * 7) % 4] ?? processes[0];
      if (counter && !counter.count('shared', perSecond(500)).isOver) through += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(through).toBeGreaterThanOrEqual(500);
    expect(through).toBeLessThanOrEqual(500 + (4 * 500) / 50);
  });

  it('goes on alone while nobody can be told, and cannot say what is exact', async () => {
    const counter = createRequestCounter(
      async () => null,
      () => 0,
    );
    const through = Array.from({ length: 30 }, () => counter.count('alone', perSecond(10))).filter((c) => !c.isOver);
    expect(through).toHaveLength(10);
    expect(await counter.countExactly('alone', perSecond(10))).toBeNull();
  });

  it('keeps what it remembers of names bounded', () => {
    const counter = createMemoryRequestCounter(() => 0);
    counter.count('first', perSecond(1));
    expect(counter.look('first', perSecond(1)).isOver).toBe(true);
    for (let name = 0; name < 50_000; name += 1) counter.count(`name ${name}`, perSecond(1));
    expect(counter.look('first', perSecond(1)).isOver).toBe(false);
  });
});
