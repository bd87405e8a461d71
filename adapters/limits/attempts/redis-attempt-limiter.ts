import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../../../runtime/logger.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { askInTime } from '../../short-lived/redis/ask-in-time.ts';
import { tryIn, windowsBy } from './memory-attempt-limiter.ts';
import type { AttemptLimiter } from './port.ts';

/** One count for all processes, in Redis alone: without it no secret may be tried. */
export function createRedisAttemptLimiter(settings: { url: string; prefix: string; logger: Logger }): AttemptLimiter {
  const redis = connectRedis(settings.url, settings);
  const windowOf = windowsBy(
    (options) => new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true }),
  );

  return {
    take: (name, limit) => askInTime(() => tryIn(windowOf(limit), name)),
    async forget(name, limit) {
      await askInTime(() => windowOf(limit).delete(name));
    },
    async close() {
      redis.disconnect();
    },
  };
}
