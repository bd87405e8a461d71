import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../../../runtime/logger.ts';
import { registerCounter } from '../../../runtime/metrics.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { createCircuit } from '../../cache/redis/circuit.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { bucketsBy, createMemoryRateLimiter, takeFrom } from '../memory-rate-limiter.ts';
import type { RateLimiter } from '../port.ts';

const callTimeoutMs = 50;
const restMs = 500;

const counted = registerCounter({
  name: 'redcore_rate_limiter_calls_total',
  help: 'Calls counted against a rate, by where the count was kept',
  labels: ['store'],
});

/** One count for all processes; a store that is away or frozen delays one call by its deadline and the others not at all. */
export function createRedisRateLimiter(settings: { url: string; prefix: string; logger: Logger }): RateLimiter {
  const { url, prefix, logger } = settings;
  const redis = connectRedis(url, { prefix, logger });
  const circuit = createCircuit(restMs);
  const own = createMemoryRateLimiter();
  const bucketOf = bucketsBy(
    (points) =>
      new RateLimiterRedis({ storeClient: redis, keyPrefix: 'rate', points, duration: 1, rejectIfRedisNotReady: true }),
  );

  async function takeShared(name: string, perSecond: number): Promise<number | null> {
    if (!circuit.allows()) return null;
    try {
      const delayMs = await withDeadline(takeFrom(bucketOf(perSecond), name), callTimeoutMs, 'a shared rate');
      circuit.succeeded();
      return delayMs;
    } catch (error) {
      circuit.failed();
      logger.debug({ err: error }, 'a rate is counted by this process alone');
      return null;
    }
  }

  return {
    async take(name, perSecond) {
      const delayMs = await takeShared(name, perSecond);
      counted.inc({ store: delayMs === null ? 'own' : 'shared' });
      return delayMs ?? own.take(name, perSecond);
    },
    async close() {
      redis.disconnect();
    },
  };
}
