export interface AttemptLimit {
  countMax: number;
  perMs: number;
}

/**
 * Tries to guess a secret, counted over every process. Fails closed: while the count cannot be kept, `take` rejects with
 * `ShortLivedStoreError` within 300 ms, and nothing is tried.
 */
export interface AttemptLimiter {
  /** Counts one try under this name: 0 when it may be made, else the milliseconds until the next one may. */
  take(name: string, limit: AttemptLimit): Promise<number>;
  /** After a success: the tries before it count no longer. */
  forget(name: string, limit: AttemptLimit): Promise<void>;
  close(): Promise<void>;
}
