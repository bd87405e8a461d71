/**
 * A copy of facts that live elsewhere (R12): any value may be gone at any time, and a copy may be as old as its TTL.
 * No call rejects, and none takes longer than 100 ms: while the store is away, reads miss and writes do nothing.
 */
export interface Cache {
  get(key: string): Promise<string | null>;
  /** `ttlMs` >= 1. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** False when the store could not be told: the old value may still be read until its TTL ends. */
  delete(key: string): Promise<boolean>;
  /** Rejects while the store does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
