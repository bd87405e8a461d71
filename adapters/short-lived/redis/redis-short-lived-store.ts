import type { Logger } from '../../../runtime/logger.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import type { ShortLivedStore } from '../port.ts';
import { ShortLivedStoreError } from '../short-lived-store-error.ts';

const callTimeoutMs = 250;
const checkTimeoutMs = 2_000;

export function createRedisShortLivedStore(settings: {
  url: string;
  /** Before every key, so that several uses share one store. */
  prefix: string;
  logger: Logger;
}): ShortLivedStore {
  const redis = connectRedis(settings.url, settings);

  async function ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(call(), callTimeoutMs, 'Redis');
    } catch (error) {
      throw new ShortLivedStoreError(error);
    }
  }

  return {
    get: (key) => ask(() => redis.get(key)),
    async set(key, value, ttlMs) {
      await ask(() => redis.set(key, value, 'PX', ttlMs));
    },
    async add(key, value, ttlMs) {
      return (await ask(() => redis.set(key, value, 'PX', ttlMs, 'NX'))) === 'OK';
    },
    take: (key) => ask(() => redis.getdel(key)),
    async delete(keys) {
      if (keys.length > 0) await ask(() => redis.del(...keys));
    },
    async join(set, member, ttlMs) {
      await ask(() => redis.multi().sadd(set, member).pexpire(set, ttlMs).exec());
    },
    members: (set) => ask(() => redis.smembers(set)),
    async leave(set, members) {
      if (members.length > 0) await ask(() => redis.srem(set, ...members));
    },
    async check() {
      await withDeadline(redis.ping(), checkTimeoutMs, 'Redis');
    },
    async close() {
      redis.disconnect();
    },
  };
}
