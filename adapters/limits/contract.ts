import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RateLimiter } from './port.ts';

/** What every implementation of the port guarantees. */
export function describeRateLimiterContract(name: string, makeLimiter: () => Promise<RateLimiter>): void {
  describe(`rate limiter contract: ${name}`, () => {
    let limiter: RateLimiter;
    beforeAll(async () => {
      limiter = await makeLimiter();
    });
    afterAll(() => limiter.close());

    it('lets as many out as the rate says, and tells the others how long to wait', async () => {
      const provider = randomUUID();
      const taken = await Promise.all(Array.from({ length: 30 }, () => limiter.take(provider, 10)));
      expect(taken.filter((delayMs) => delayMs === 0)).toHaveLength(10);
      for (const delayMs of taken) expect(delayMs).toBeLessThanOrEqual(1_000);
    });

    it('counts each name by itself', async () => {
      const busy = randomUUID();
      await Promise.all(Array.from({ length: 5 }, () => limiter.take(busy, 5)));
      expect(await limiter.take(busy, 5)).toBeGreaterThan(0);
      expect(await limiter.take(randomUUID(), 5)).toBe(0);
    });

    it('lets the next out once the time is over', async () => {
      const provider = randomUUID();
      expect(await limiter.take(provider, 1)).toBe(0);
      expect(await limiter.take(provider, 1)).toBeGreaterThan(0);
      await vi.waitFor(async () => expect(await limiter.take(provider, 1)).toBe(0), { timeout: 3_000, interval: 100 });
    });
  });
}
