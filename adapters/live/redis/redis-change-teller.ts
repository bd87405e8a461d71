import type { Logger } from '../../../runtime/logger.ts';
import { registerCounter } from '../../../runtime/metrics.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { createCircuit } from '../../cache/redis/circuit.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import type { ChangeTeller } from '../port.ts';
import { channelOf, keysOf, loseScript, lostChannel, lostKey, tellScript } from './scripts.ts';

/** Nobody waits for it, and what is called lost makes every page read everything anew. */
const callTimeoutMs = 250;
const restMs = 500;
const lossRetryMs = 1_000;

const tellings = registerCounter({
  name: 'redcore_live_tellings_total',
  help: 'Changes told to whoever listens, by what became of it; skipped while the store is away',
  labels: ['outcome'],
});

export interface RedisLiveSettings {
  url: string;
  /** Before every key and channel, so that several uses share one store. */
  prefix: string;
  logger: Logger;
}

/**
 * One round trip for all that is told at once. What fails is not tried again: everybody is reset as soon as the store answers. So
 * it begins, too, since nobody knows what a process that died has left untold.
 */
export function createRedisChangeTeller({ url, prefix, logger }: RedisLiveSettings): ChangeTeller {
  const redis = connectRedis(url, { prefix, logger });
  const circuit = createCircuit(restMs);
  let hasLost = true;

  async function attempt(call: () => Promise<unknown>): Promise<'done' | 'failed' | 'skipped'> {
    if (!circuit.allows()) return 'skipped';
    try {
      await withDeadline(call(), callTimeoutMs, 'telling');
      circuit.succeeded();
      return 'done';
    } catch (error) {
      circuit.failed();
      logger.debug({ err: error }, 'changes were not told');
      return 'failed';
    }
  }

  async function announceLoss(): Promise<void> {
    if (!hasLost) return;
    hasLost = false;
    const outcome = await attempt(() => redis.eval(loseScript, 1, lostKey, lostChannel(prefix)));
    if (outcome !== 'done') hasLost = true;
  }
  const retries = setInterval(() => void announceLoss(), lossRetryMs);
  retries.unref();
  redis.once('ready', () => void announceLoss());

  return {
    async tell(changes) {
      if (changes.size === 0) return;
      const outcome = await attempt(async () => {
        const pipeline = redis.pipeline();
        for (const [tenantId, told] of changes)
          pipeline.eval(tellScript, 2, ...keysOf(tenantId), channelOf(prefix, tenantId), JSON.stringify(told));
        for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
      });
      tellings.inc({ outcome });
      if (outcome !== 'done') hasLost = true;
    },
    async close() {
      clearInterval(retries);
      redis.disconnect();
    },
  };
}
