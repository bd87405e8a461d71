import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AttemptLimiter } from '../attempts/port.ts';

/** What every implementation of the port guarantees. */
export function describeAttemptLimiterContract(name: string, makeLimiter: () => Promise<AttemptLimiter>): void {
  describe(`attempt limiter contract: ${name}`, () => {
    const limit = { countMax: 3, perMs: 60_000 };
    let limiter: AttemptLimiter;
    beforeAll(async () => {
      limiter = await makeLimiter();
    });
    afterAll(() => limiter.close());

    it('lets as many tries pass as the limit says, also at once, and tells the others how long to wait', async () => {
      const victim = randomUUID();
      const taken = await Promise.all(Array.from({ length: 10 }, () => limiter.take(victim, limit)));
      expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(3);
      for (const waitMs of taken) expect(waitMs).toBeLessThanOrEqual(60_000);
      expect(Math.max(...taken)).toBeGreaterThan(50_000);
    });

    it('counts each name, and each limit, by itself', async () => {
      const victim = randomUUID();
      for (let count = 0; count < 3; count += 1) await limiter.take(victim, limit);
      expect(await limiter.take(victim, limit)).toBeGreaterThan(0);
      expect(await limiter.take(randomUUID(), limit)).toBe(0);
      expect(await limiter.take(victim, { ...limit, countMax: 4 })).toBe(0);
    });

    it('starts anew after a success, and once the time is over', async () => {
      const [forgotten, waited] = [randomUUID(), randomUUID()];
      const short = { countMax: 1, perMs: 1_000 };
      for (const victim of [forgotten, waited]) await limiter.take(victim, short);
      await limiter.forget(forgotten, short);
      expect(await limiter.take(forgotten, short)).toBe(0);
      await vi.waitFor(async () => expect(await limiter.take(waited, short)).toBe(0), {
        timeout: 5_000,
        interval: 100,
      });
    });
  });
}
