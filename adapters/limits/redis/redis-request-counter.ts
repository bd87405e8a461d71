import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../../../runtime/logger.ts';
import { registerCounter } from '../../../runtime/metrics.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { createCircuit } from '../../cache/redis/circuit.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import type { RequestCounter } from '../port.ts';
import { createRequestCounter, type SharedCount } from '../request-counter.ts';

/** No call waits for it but those that people and machines sign in by; while Redis is frozen these take 150 ms more at most (F10). */
const callTimeoutMs = 100;
const restMs = 500;
/** Each allowance is compared here; the store only adds. */
const pointsWithoutBound = Number.MAX_SAFE_INTEGER;

const exchanges = registerCounter({
  name: 'redcore_request_counts_shared_total',
  help: 'Exchanges of request counts between processes, by what became of them; skipped while the store is away',
  labels: ['outcome'],
});

/** The requests of all processes, counted together; while Redis is away or frozen each process counts alone. */
export function createRedisRequestCounter(settings: { url: string; prefix: string; logger: Logger }): RequestCounter {
  const { url, prefix, logger } = settings;
  const redis = connectRedis(url, { prefix, logger });
  const circuit = createCircuit(restMs);
  const points = new RateLimiterRedis({
    ...{ storeClient: redis, keyPrefix: 'requests', points: pointsWithoutBound, duration: 1 },
    rejectIfRedisNotReady: true,
  });

  async function share(name: string, count: number, windowMs: number): Promise<SharedCount | null> {
    if (!circuit.allows()) {
      exchanges.inc({ outcome: 'skipped' });
      return null;
    }
    try {
      const adding = points.penalty(name, count, { customDuration: Math.ceil(windowMs / 1_000) });
      const { consumedPoints: taken, msBeforeNext: resetsInMs } = await withDeadline(adding, callTimeoutMs, 'a count');
      circuit.succeeded();
      exchanges.inc({ outcome: 'done' });
      return { taken, resetsInMs };
    } catch (error) {
      circuit.failed();
      exchanges.inc({ outcome: 'failed' });
      logger.debug({ err: error }, 'requests are counted by this process alone');
      return null;
    }
  }

  return {
    ...createRequestCounter(share),
    async close() {
      redis.disconnect();
    },
  };
}
