import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Cache } from './port.ts';

/** What every implementation of the port guarantees. */
export function describeCacheContract(name: string, makeCache: () => Promise<Cache>): void {
  describe(`cache contract: ${name}`, () => {
    let cache: Cache;
    beforeAll(async () => {
      cache = await makeCache();
    });
    afterAll(() => cache.close());

    it('misses what was never set', async () => {
      expect(await cache.get(randomUUID())).toBeNull();
    });

    it('keeps a value, and the newer of two', async () => {
      const key = randomUUID();
      await cache.set(key, 'first', 60_000);
      await cache.set(key, 'naïve "second"', 60_000);
      expect(await cache.get(key)).toBe('naïve "second"');
    });

    it('forgets a value once its time is over', async () => {
      const key = randomUUID();
      await cache.set(key, 'short', 30);
      await vi.waitFor(async () => expect(await cache.get(key)).toBeNull(), { timeout: 2_000, interval: 10 });
    });

    it('deletes a value, also one that is not there', async () => {
      const key = randomUUID();
      await cache.set(key, 'value', 60_000);
      expect(await cache.delete(key)).toBe(true);
      expect(await cache.get(key)).toBeNull();
      expect(await cache.delete(key)).toBe(true);
    });

    it('answers its check', async () => {
      await expect(cache.check()).resolves.toBeUndefined();
    });
  });
}
