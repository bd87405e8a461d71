import { Redis } from 'ioredis';
import type { Logger } from '../../../runtime/logger.ts';

/** A client whose commands go out at once or fail at once: nothing piles up for a store that is away. */
export function connectRedis(url: string, options: { prefix: string; logger: Logger }): Redis {
  const { prefix, logger } = options;
  const redis = new Redis(url, {
    keyPrefix: prefix,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: 1_000,
    // Whoever says nothing for so long is left: else what was refused meanwhile is still carried out once it wakes.
    socketTimeout: 3_000,
    // Nobody would be told that it failed, which ends the process; who follows something subscribes to it anew.
    autoResubscribe: false,
    // What one turn of the loop asks goes out in one write, which costs more than all else of a call.
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
  });
  let isAway = false;
  // Reported once per outage: the library repeats itself with every attempt to reconnect.
  redis.on('error', (error: Error) => {
    if (!isAway) logger.warn({ err: error }, 'cache is away');
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) logger.info('cache is back');
    isAway = false;
  });
  return redis;
}
