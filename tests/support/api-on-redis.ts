import { createRedisCache } from '../../adapters/cache/redis/redis-cache.ts';
import { createRedisRequestCounter } from '../../adapters/limits/redis/redis-request-counter.ts';
import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { createRedisShortLivedStore } from '../../adapters/short-lived/redis/redis-short-lived-store.ts';
import { openDatabase } from '../../db/database.ts';
import { createLogger } from '../../runtime/logger.ts';
import { startApiHarness } from './api-harness.ts';
import { startOwnRedis } from './own-redis.ts';
import { stackEnv } from './stack-env.ts';
import { openTestAuthenticator } from './test-keys.ts';
import { openTestPortals } from './test-portals.ts';
import { openTestDoor } from './webhook-door.ts';
import { makeTestGate, wideLimits } from './wide-gate.ts';

/** The API with all that it keeps in Redis, on one that a test may freeze and kill. */
export async function startApiOnRedis(options: { providers: readonly PaymentProvider[]; failuresPerMinute: number }) {
  const logger = createLogger('test', { level: 'silent' });
  const redis = await startOwnRedis();
  const settings = { url: redis.url, prefix: 'redcore:', logger };
  const [cache, counter] = [createRedisCache(settings), createRedisRequestCounter(settings)];
  const sql = openDatabase(stackEnv().appDatabaseUrl, { max: 4, name: 'test-api-on-redis' });
  const store = createRedisShortLivedStore(settings);
  const portals = openTestPortals(sql, { store });
  const limits = { ...wideLimits, rates: { ...wideLimits.rates, failure: options.failuresPerMinute } };
  const api = await startApiHarness({
    authenticate: openTestAuthenticator(sql, { shared: cache, sessions: portals.authenticate }),
    portals,
    gate: makeTestGate({ limits, counter, cache, trustedProxies: ['127.0.0.1'] }),
    // Nothing listens there: what comes that far is answered so.
    identityUrl: 'http://127.0.0.1:1',
    receiveWebhook: openTestDoor({ app: sql, providers: options.providers, cache }),
  });
  return {
    ...{ api, redis, cache },
    async stop() {
      await api.stop();
      await Promise.all([cache.close(), counter.close(), store.close(), sql.end()]);
      await redis.stop();
    },
  };
}
