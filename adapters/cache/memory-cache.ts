import type { Cache } from './port.ts';

/** The cache of one process, for tests. */
export function createMemoryCache(): Cache {
  const entries = new Map<string, { value: string; expiresAtMs: number }>();
  return {
    async get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return null;
      if (entry.expiresAtMs > performance.now()) return entry.value;
      entries.delete(key);
      return null;
    },
    async set(key, value, ttlMs) {
      entries.set(key, { value, expiresAtMs: performance.now() + ttlMs });
    },
    async delete(key) {
      entries.delete(key);
      return true;
    },
    async check() {},
    async close() {
      entries.clear();
    },
  };
}
