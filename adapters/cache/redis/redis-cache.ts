import type { Logger } from '../../../runtime/logger.ts';
import { registerCounter } from '../../../runtime/metrics.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import type { Cache } from '../port.ts';
import { createCircuit } from './circuit.ts';
import { connectRedis } from './connect-redis.ts';

const callTimeoutMs = 50;
const restMs = 500;
const checkTimeoutMs = 2_000;

const calls = registerCounter({
  name: 'redcore_cache_calls_total',
  help: 'Cache calls by what became of them; skipped while the store is away',
  labels: ['call', 'outcome'],
});

export interface RedisCacheSettings {
  url: string;
  /** Before every key, so that several uses share one store. */
  prefix: string;
  logger: Logger;
}

export function createRedisCache({ url, prefix, logger }: RedisCacheSettings): Cache {
  const circuit = createCircuit(restMs);
  const redis = connectRedis(url, { prefix, logger });

  async function call<T>(name: string, command: () => Promise<T>, otherwise: T): Promise<T> {
    if (!circuit.allows()) {
      calls.inc({ call: name, outcome: 'skipped' });
      return otherwise;
    }
    try {
      const result = await withDeadline(command(), callTimeoutMs, name);
      circuit.succeeded();
      calls.inc({ call: name, outcome: 'done' });
      return result;
    } catch (error) {
      circuit.failed();
      calls.inc({ call: name, outcome: 'failed' });
      logger.debug({ err: error, call: name }, 'cache call failed');
      return otherwise;
    }
  }

  return {
    get: (key) => call('get', () => redis.get(key), null),
    async set(key, value, ttlMs) {
      await call('set', () => redis.set(key, value, 'PX', Math.max(1, Math.ceil(ttlMs))), null);
    },
    async delete(key) {
      return (await call('delete', () => redis.del(key), null)) !== null;
    },
    async check() {
      await withDeadline(redis.ping(), checkTimeoutMs, 'Redis');
    },
    async close() {
      redis.disconnect();
    },
  };
}
