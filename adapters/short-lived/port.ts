/**
 * Records that live for minutes or hours and are lost with the store: sessions, one-time links, authorization codes. Unlike a
 * cache's, a missing record means that it is not valid; so while the store is away every call rejects with
 * `ShortLivedStoreError`, within 300 ms, and nobody signs in.
 */
export interface ShortLivedStore {
  get(key: string): Promise<string | null>;
  /** `ttlMs` >= 1. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Only where nothing stands: false where something does. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Reads and removes in one: of many callers one gets it. */
  take(key: string): Promise<string | null>;
  delete(keys: readonly string[]): Promise<void>;
  /** Puts a member into the set of this name, which lives for another `ttlMs`. */
  join(set: string, member: string, ttlMs: number): Promise<void>;
  members(set: string): Promise<string[]>;
  leave(set: string, members: readonly string[]): Promise<void>;
  check(): Promise<void>;
  close(): Promise<void>;
}
