import type { Logger } from '../../../runtime/logger.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import type { ShortLivedStore } from '../port.ts';
import { askInTime } from './ask-in-time.ts';

const checkTimeoutMs = 2_000;

export function createRedisShortLivedStore(settings: {
  url: string;
  /** Before every key, so that several uses share one store. */
  prefix: string;
  logger: Logger;
}): ShortLivedStore {
  const redis = connectRedis(settings.url, settings);

  return {
    get: (key) => askInTime(() => redis.get(key)),
    async set(key, value, ttlMs) {
      await askInTime(() => redis.set(key, value, 'PX', ttlMs));
    },
    async add(key, value, ttlMs) {
      return (await askInTime(() => redis.set(key, value, 'PX', ttlMs, 'NX'))) === 'OK';
    },
    take: (key) => askInTime(() => redis.getdel(key)),
    async delete(keys) {
      if (keys.length > 0) await askInTime(() => redis.del(...keys));
    },
    async join(set, member, ttlMs) {
      await askInTime(() => redis.multi().sadd(set, member).pexpire(set, ttlMs).exec());
    },
    members: (set) => askInTime(() => redis.smembers(set)),
    async leave(set, members) {
      if (members.length > 0) await askInTime(() => redis.srem(set, ...members));
    },
    async check() {
      await withDeadline(redis.ping(), checkTimeoutMs, 'Redis');
    },
    async close() {
      redis.disconnect();
    },
  };
}
