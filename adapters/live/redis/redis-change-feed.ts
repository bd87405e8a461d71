import { withDeadline } from '../../../runtime/with-deadline.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { FeedAwayError } from '../feed-away-error.ts';
import type { ChangeFeed, Follower, Told } from '../port.ts';
import { createFollowers, type Followers } from './followers.ts';
import { type Memory, readMemory, toldOf } from './read-memory.ts';
import type { RedisLiveSettings } from './redis-change-teller.ts';
import { channelOf, followScript, keepScript, keysOf, lostChannel, lostKey } from './scripts.ts';

const callTimeoutMs = 1_000;
/** Finds a frozen store, and a memory that somebody emptied. */
const careEveryMs = 5_000;

type Connection = ReturnType<typeof connectRedis>;

/** A subscription of this process for every tenant somebody follows here, and none for the others. */
export function createRedisChangeFeed(settings: RedisLiveSettings): ChangeFeed {
  const { url, prefix } = settings;
  const redis = connectRedis(url, settings);
  const subscriber = connectRedis(url, settings);
  const followers = createFollowers();
  listen(subscriber, followers, settings);
  const caring = setInterval(() => void care({ redis, subscriber }, followers, settings), careEveryMs);
  caring.unref();

  function leave(channel: string, follower: Follower): void {
    if (!followers.leave(channel, follower)) return;
    // A connection that breaks meanwhile has no subscriptions to end.
    if (subscriber.status === 'ready') subscriber.unsubscribe(channel).catch(() => subscriber.disconnect(true));
  }

  return {
    async follow(tenantId, after, follower) {
      const channel = channelOf(prefix, tenantId);
      const early: Told[] = [];
      let take = (told: Told): unknown => early.push(told);
      const own: Follower = { ...follower, onTold: (told) => void take(told) };
      followers.join(channel, tenantId, own);
      try {
        if (subscriber.status !== 'ready') throw new Error('not connected');
        // Also where others follow: theirs may be on its way.
        await withDeadline(subscriber.subscribe(channel), callTimeoutMs, 'subscribing');
        const reading = redis.eval(followScript, 3, ...keysOf(tenantId), lostKey);
        const memory = (await withDeadline(reading, callTimeoutMs, 'reading')) as Memory;
        const { sequence, missed } = readMemory(memory, after);
        take = follower.onTold;
        const told = [...(missed ?? []), ...early.filter((one) => one.sequence > sequence)];
        return { sequence, isResumed: missed !== null, told, stop: () => leave(channel, own) };
      } catch (error) {
        leave(channel, own);
        throw new FeedAwayError(error);
      }
    },
    async close() {
      clearInterval(caring);
      subscriber.disconnect();
      redis.disconnect();
    },
  };
}

function listen(subscriber: Connection, followers: Followers, { prefix, logger }: RedisLiveSettings): void {
  subscriber.on('ready', () => {
    subscriber.subscribe(lostChannel(prefix)).catch((error: unknown) => {
      logger.warn({ err: error }, 'changes cannot be followed');
      subscriber.disconnect(true);
    });
  });
  subscriber.on('close', () => followers.endAll());
  subscriber.on('message', (channel: string, message: string) => {
    if (channel !== lostChannel(prefix)) followers.tell(channel, toldOf(message));
    else for (const follower of followers.everybody()) follower.onReset();
  });
}

async function care(
  { redis, subscriber }: { redis: Connection; subscriber: Connection },
  followers: Followers,
  { logger }: RedisLiveSettings,
): Promise<void> {
  const groups = followers.groups();
  if (groups.length === 0 || subscriber.status !== 'ready') return;
  try {
    await withDeadline(subscriber.ping(), callTimeoutMs, 'Redis');
    for (const { tenantId, all } of groups) {
      const [since] = keysOf(tenantId);
      const wasKept = await withDeadline(redis.eval(keepScript, 1, since), callTimeoutMs, 'Redis');
      if (wasKept === 0) for (const follower of all) follower.onReset();
    }
  } catch (error) {
    logger.warn({ err: error }, 'changes cannot be followed any more');
    subscriber.disconnect(true);
  }
}
