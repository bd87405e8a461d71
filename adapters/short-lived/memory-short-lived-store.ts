import type { ShortLivedStore } from './port.ts';
import { ShortLivedStoreError } from './short-lived-store-error.ts';

/** The store in memory, by a clock of the caller's, and able to be away. */
export interface MemoryShortLivedStore extends ShortLivedStore {
  isAway: boolean;
  writes: number;
  /** Everything it holds, as a dump would show it. */
  dump(): string;
}

type Value = string | Set<string>;

/** What is kept until its time is over; nobody sees it afterwards. */
class ExpiringEntries {
  private readonly entries = new Map<string, { value: Value; until: number }>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  standing(key: string): Value | null {
    const entry = this.entries.get(key);
    return entry && entry.until > this.now() ? entry.value : null;
  }

  text(key: string): string | null {
    const value = this.standing(key);
    return typeof value === 'string' ? value : null;
  }

  members(key: string): Set<string> {
    const value = this.standing(key);
    return value instanceof Set ? value : new Set();
  }

  put(key: string, value: Value, ttlMs: number): void {
    this.entries.set(key, { value, until: this.now() + ttlMs });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  dump(): string {
    return JSON.stringify(
      [...this.entries].map(([key, { value }]) => [key, value instanceof Set ? [...value] : value]),
    );
  }
}

export function createMemoryShortLivedStore(now: () => number = Date.now): MemoryShortLivedStore {
  const entries = new ExpiringEntries(now);

  function put(key: string, value: Value, ttlMs: number): void {
    store.writes += 1;
    entries.put(key, value, ttlMs);
  }
  function refuseAway(): void {
    if (store.isAway) throw new ShortLivedStoreError(new Error('away'));
  }

  const store: MemoryShortLivedStore = {
    isAway: false,
    writes: 0,
    dump: () => entries.dump(),
    async get(key) {
      refuseAway();
      return entries.text(key);
    },
    async set(key, value, ttlMs) {
      refuseAway();
      put(key, value, ttlMs);
    },
    async add(key, value, ttlMs) {
      refuseAway();
      if (entries.standing(key) !== null) return false;
      put(key, value, ttlMs);
      return true;
    },
    async take(key) {
      refuseAway();
      const value = entries.text(key);
      entries.delete(key);
      return value;
    },
    async delete(keys) {
      refuseAway();
      for (const key of keys) entries.delete(key);
    },
    async join(set, member, ttlMs) {
      refuseAway();
      put(set, entries.members(set).add(member), ttlMs);
    },
    async members(set) {
      refuseAway();
      return [...entries.members(set)];
    },
    async leave(set, members) {
      refuseAway();
      const standingMembers = entries.members(set);
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
