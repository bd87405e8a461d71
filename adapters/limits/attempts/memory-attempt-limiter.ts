import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AttemptLimit, AttemptLimiter } from './port.ts';

/** One window per limit, made when it is first asked for. */
export function windowsBy(
  make: (options: { keyPrefix: string; points: number; duration: number }) => RateLimiterAbstract,
): (limit: AttemptLimit) => RateLimiterAbstract {
  const made = new Map<string, RateLimiterAbstract>();
  return ({ countMax, perMs }) => {
    const keyPrefix = `attempts:${countMax}:${perMs}`;
    const found = made.get(keyPrefix) ?? make({ keyPrefix, points: countMax, duration: perMs / 1_000 });
    made.set(keyPrefix, found);
    return found;
  };
}

/** The library rejects with its result when nothing is left; anything else is a failure of the store. */
export async function tryIn(window: RateLimiterAbstract, name: string): Promise<number> {
  try {
    await window.consume(name);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    throw error;
  }
}

export function createMemoryAttemptLimiter(): AttemptLimiter {
  const windowOf = windowsBy((options) => new RateLimiterMemory(options));
  return {
    take: (name, limit) => tryIn(windowOf(limit), name),
    async forget(name, limit) {
      await windowOf(limit).delete(name);
    },
    close: async () => undefined,
  };
}
