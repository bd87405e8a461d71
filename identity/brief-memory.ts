import { SECOND_MS } from '../domain/instant.ts';
import type { SharedKeyCache } from './authenticate-api-key.ts';

/** Both together bound the age of what is answered: 2 s shared + 2 s here < 5 s. */
const ownMs = 2 * SECOND_MS;
const sharedMs = 2 * SECOND_MS;
const ownEntriesMax = 10_000;

/** What every request asks for, remembered for moments: here, and in a cache that other processes share. Values are JSON, or null. */
export function createBriefMemory<T>(parts: {
  /** Of the shared cache's keys. */
  prefix: string;
  shared: SharedKeyCache | undefined;
  find: (id: string) => Promise<T | null>;
}): (id: string) => T | null | Promise<T | null> {
  const { prefix, shared, find } = parts;
  const own = new Map<string, { value: T | null; until: number }>();
  const pending = new Map<string, Promise<T | null>>();

  async function findShared(id: string): Promise<T | null> {
    const kept = shared ? await shared.get(prefix + id) : null;
    if (kept !== null) return JSON.parse(kept) as T | null;
    const value = await find(id);
    if (shared) await shared.set(prefix + id, JSON.stringify(value), sharedMs);
    return value;
  }

  function findOnce(id: string): Promise<T | null> {
    const running = pending.get(id);
    if (running) return running;
    const finding = findShared(id)
      .then((value) => {
        if (own.size >= ownEntriesMax) own.clear();
        own.set(id, { value, until: performance.now() + ownMs });
        return value;
      })
      .finally(() => pending.delete(id));
    pending.set(id, finding);
    return finding;
  }

  return (id) => {
    const entry = own.get(id);
    return entry && entry.until > performance.now() ? entry.value : findOnce(id);
  };
}
