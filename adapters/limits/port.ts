/**
 * How often something outside may be called, counted over every process that asks (design §5). No call rejects, and none takes
 * longer than 100 ms: while the shared count is away, each process keeps one of its own.
 */
export interface RateLimiter {
  /** Takes one of `perSecond` calls: 0 when it may go out now, else the milliseconds until it is worth asking again. */
  take(name: string, perSecond: number): Promise<number>;
  close(): Promise<void>;
}

/** At most `max` requests in a window of `windowMs`, a multiple of a second. */
export interface Allowance {
  max: number;
  windowMs: number;
}

export interface Count {
  isOver: boolean;
  remaining: number;
  resetsInMs: number;
}

/** How many requests came under a name, over every process that counts; what is refused is not counted. */
export interface RequestCounter {
  /**
   * At once, from what this process counted and was last told by the others. P processes let at most P / 50 of `max` too many
   * through, and what comes within one exchange; while the shared count is away, each counts by itself.
   */
  count(name: string, allowance: Allowance): Count;
  /** As `count`, without counting. */
  look(name: string, allowance: Allowance): Count;
  /** Over all processes to the one; null, within 100 ms, while the shared count is away. */
  countExactly(name: string, allowance: Allowance): Promise<Count | null>;
  close(): Promise<void>;
}
