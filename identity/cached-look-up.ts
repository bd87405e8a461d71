import { SECOND_MS } from '../domain/instant.ts';

/** A cache other processes share; absent or away, every look-up goes to PostgreSQL. */
export interface SharedCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<unknown>;
}

/** Both together bound how long what was changed is still answered: 2 s shared + 2 s here < 5 s. */
const ownMs = 2 * SECOND_MS;
const sharedMs = 2 * SECOND_MS;
const ownEntriesMax = 10_000;

/** What is looked up for nearly every request, at most 4 s old; one seen within the last two seconds is answered without waiting. */
export function createCachedLookUp<Found extends object>(parts: {
  shared?: SharedCache | undefined;
  /** Null where there is nothing by that name; `Found` survives JSON. */
  find: (name: string) => Promise<Found | null>;
}): (name: string) => Found | null | Promise<Found | null> {
  const own = new Map<string, { found: Found | null; until: number }>();
  const pending = new Map<string, Promise<Found | null>>();

  async function findShared(name: string): Promise<Found | null> {
    const cached = parts.shared ? await parts.shared.get(name) : null;
    if (cached !== null) return JSON.parse(cached) as Found;
    const found = await parts.find(name);
    if (found && parts.shared) await parts.shared.set(name, JSON.stringify(found), sharedMs);
    return found;
  }

  function findOnce(name: string): Promise<Found | null> {
    const running = pending.get(name);
    if (running) return running;
    const finding = findShared(name)
      .then((found) => {
        if (own.size >= ownEntriesMax) own.clear();
        own.set(name, { found, until: performance.now() + ownMs });
        return found;
      })
      .finally(() => pending.delete(name));
    pending.set(name, finding);
    return finding;
  }

  return (name) => {
    const entry = own.get(name);
    return entry && entry.until > performance.now() ? entry.found : findOnce(name);
  };
}
