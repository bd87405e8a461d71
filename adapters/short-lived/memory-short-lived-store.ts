import type { ShortLivedStore } from './port.ts';
import { ShortLivedStoreError } from './short-lived-store-error.ts';

/** The store in memory, by a clock of the caller's, and able to be away. */
export interface MemoryShortLivedStore extends ShortLivedStore {
  isAway: boolean;
  writes: number;
  /** Everything it holds, as a dump would show it. */
  dump(): string;
}

export function createMemoryShortLivedStore(now: () => number = Date.now): MemoryShortLivedStore {
  const entries = new Map<string, { value: string | Set<string>; until: number }>();

  function standing(key: string): string | Set<string> | null {
    const entry = entries.get(key);
    return entry && entry.until > now() ? entry.value : null;
  }
  const textOf = (key: string): string | null => {
    const value = standing(key);
    return typeof value === 'string' ? value : null;
  };
  const setOf = (key: string): Set<string> => {
    const value = standing(key);
    return value instanceof Set ? value : new Set();
  };
  function put(key: string, value: string | Set<string>, ttlMs: number): void {
    store.writes += 1;
    entries.set(key, { value, until: now() + ttlMs });
  }
  function refuseAway(): void {
    if (store.isAway) throw new ShortLivedStoreError(new Error('away'));
  }

  const store: MemoryShortLivedStore = {
    isAway: false,
    writes: 0,
    dump: () =>
      JSON.stringify([...entries].map(([key, { value }]) => [key, value instanceof Set ? [...value] : value])),
    async get(key) {
      refuseAway();
      return textOf(key);
    },
    async set(key, value, ttlMs) {
      refuseAway();
      put(key, value, ttlMs);
    },
    async add(key, value, ttlMs) {
      refuseAway();
      if (standing(key) !== null) return false;
      put(key, value, ttlMs);
      return true;
    },
    async take(key) {
      refuseAway();
      const value = textOf(key);
      entries.delete(key);
      return value;
    },
    async delete(keys) {
      refuseAway();
      for (const key of keys) entries.delete(key);
    },
    async join(set, member, ttlMs) {
      refuseAway();
      put(set, setOf(set).add(member), ttlMs);
    },
    async members(set) {
      refuseAway();
      return [...setOf(set)];
    },
    async leave(set, members) {
      refuseAway();
      const standingMembers = setOf(set);
      for (const member of members) standingMembers.delete(member);
    },
    async check() {
      refuseAway();
    },
    async close() {
      entries.clear();
    },
  };
  return store;
}
