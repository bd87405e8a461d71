/**
 * How often something outside may be called, counted over every process that asks (design §5). No call rejects, and none takes
 * longer than 100 ms: while the shared count is away, each process keeps one of its own.
 */
export interface RateLimiter {
  /** Takes one of `perSecond` calls: 0 when it may go out now, else the milliseconds until it is worth asking again. */
  take(name: string, perSecond: number): Promise<number>;
  close(): Promise<void>;
}
