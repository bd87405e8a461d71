import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from './port.ts';

/** Of the parts of the library that both implementations use. */
export interface Bucket {
  consume(key: string): Promise<RateLimiterRes>;
}

/** One bucket per name and rate, made when it is first asked for. */
export function bucketsBy(make: (perSecond: number) => Bucket): (perSecond: number) => Bucket {
  const made = new Map<number, Bucket>();
  return (perSecond) => {
    const found = made.get(perSecond) ?? make(perSecond);
    made.set(perSecond, found);
    return found;
  };
}

/** The library rejects with its result when nothing is left; anything else is a failure of the store. */
export async function takeFrom(bucket: Bucket, name: string): Promise<number> {
  try {
    await bucket.consume(name);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    throw error;
  }
}

export function createMemoryRateLimiter(): RateLimiter {
  const bucketOf = bucketsBy((points) => new RateLimiterMemory({ points, duration: 1 }));
  return {
    take: (name, perSecond) => takeFrom(bucketOf(perSecond), name),
    close: async () => undefined,
  };
}
