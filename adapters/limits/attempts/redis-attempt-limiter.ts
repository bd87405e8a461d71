import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../../../runtime/logger.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { ShortLivedStoreError } from '../../short-lived/short-lived-store-error.ts';
import { tryIn, windowsBy } from './memory-attempt-limiter.ts';
import type { AttemptLimiter } from './port.ts';

const callTimeoutMs = 250;

/** One count for all processes, in Redis alone: without it no secret may be tried. */
export function createRedisAttemptLimiter(settings: { url: string; prefix: string; logger: Logger }): AttemptLimiter {
  const redis = connectRedis(settings.url, settings);
  const windowOf = windowsBy(
    (options) => new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true }),
  );

  async function ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(call(), callTimeoutMs, 'Redis');
    } catch (error) {
      throw new ShortLivedStoreError(error);
    }
  }

  return {
    take: (name, limit) => ask(() => tryIn(windowOf(limit), name)),
    async forget(name, limit) {
      await ask(() => windowOf(limit).delete(name));
    },
    async close() {
      redis.disconnect();
    },
  };
}
