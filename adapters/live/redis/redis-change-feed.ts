import type { TenantId } from '../../../domain/ids.ts';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { FeedAwayError } from '../feed-away-error.ts';
import type { Change, ChangeFeed, Follower, Told } from '../port.ts';
import type { RedisLiveSettings } from './redis-change-teller.ts';
import { channelOf, entriesMax, followScript, keepMs, keepScript, keysOf, lostChannel, lostKey } from './scripts.ts';

const callTimeoutMs = 1_000;
/** Finds a frozen store, and a memory that somebody emptied. */
const careEveryMs = 5_000;

/** A subscription of this process for every tenant somebody follows here, and none for the others. */
export function createRedisChangeFeed({ url, prefix, logger }: RedisLiveSettings): ChangeFeed {
  const redis = connectRedis(url, { prefix, logger });
  const subscriber = connectRedis(url, { prefix, logger });
  const followers = new Map<string, { tenantId: TenantId; all: Set<Follower> }>();
  const everybody = () => [...followers.values()].flatMap(({ all }) => [...all]);

  subscriber.on('ready', () => {
    subscriber.subscribe(lostChannel(prefix)).catch((error: unknown) => {
      logger.warn({ err: error }, 'changes cannot be followed');
      subscriber.disconnect(true);
    });
  });
  subscriber.on('close', () => {
    const ended = everybody();
    followers.clear();
    for (const follower of ended) follower.onEnd();
  });
  subscriber.on('message', (channel: string, message: string) => {
    if (channel === lostChannel(prefix)) {
      for (const follower of everybody()) follower.onReset();
      return;
    }
    const told = toldOf(message);
    for (const follower of followers.get(channel)?.all ?? []) follower.onTold(told);
  });

  async function care(): Promise<void> {
    if (followers.size === 0 || subscriber.status !== 'ready') return;
    try {
      await withDeadline(subscriber.ping(), callTimeoutMs, 'Redis');
      for (const { tenantId, all } of followers.values()) {
        const [since] = keysOf(tenantId);
        const wasKept = await withDeadline(redis.eval(keepScript, 1, since), callTimeoutMs, 'Redis');
        if (wasKept === 0) for (const follower of all) follower.onReset();
      }
    } catch (error) {
      logger.warn({ err: error }, 'changes cannot be followed any more');
      subscriber.disconnect(true);
    }
  }
  const caring = setInterval(() => void care(), careEveryMs);
  caring.unref();

  function leave(channel: string, follower: Follower): void {
    const group = followers.get(channel);
    if (!group?.all.delete(follower) || group.all.size > 0) return;
    followers.delete(channel);
    // A connection that breaks meanwhile has no subscriptions to end.
    if (subscriber.status === 'ready') subscriber.unsubscribe(channel).catch(() => subscriber.disconnect(true));
  }

  return {
    async follow(tenantId, after, follower) {
      const channel = channelOf(prefix, tenantId);
      const early: Told[] = [];
      let take = (told: Told): unknown => early.push(told);
      const own: Follower = { ...follower, onTold: (told) => void take(told) };
      const group = followers.get(channel) ?? { tenantId, all: new Set() };
      followers.set(channel, group);
      group.all.add(own);
      try {
        if (subscriber.status !== 'ready') throw new Error('not connected');
        // Also where others follow: theirs may be on its way.
        await withDeadline(subscriber.subscribe(channel), callTimeoutMs, 'subscribing');
        const reading = redis.eval(followScript, 3, ...keysOf(tenantId), lostKey);
        const { sequence, missed } = readMemory(
          (await withDeadline(reading, callTimeoutMs, 'reading')) as Memory,
          after,
        );
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

type Memory = [now: string, since: string, lost: string, entries: string[]];

function readMemory(
  [now, since, lost, entries]: Memory,
  after: number | null,
): { sequence: number; missed: Told[] | null } {
  const all = entries.map((entry) => ({ entry, sequence: sequenceOf(entry) }));
  const sequence = Math.max(Number(now), all.at(-1)?.sequence ?? 0);
  const reachesBackTo = Math.max(Number(since), Number(lost), Number(now) - keepMs * 1_000);
  if (after === null || after < reachesBackTo || after > sequence) return { sequence, missed: null };
  const isCut = all.length >= entriesMax && (all[0]?.sequence ?? 0) > after;
  const missed = all.filter((one) => one.sequence > after);
  if (isCut || missed.some(({ entry }) => entry.endsWith(' '))) return { sequence, missed: null };
  return { sequence, missed: missed.map(({ entry }) => toldOf(entry)) };
}

const sequenceOf = (entry: string) => Number(entry.slice(0, entry.indexOf(' ')));

function toldOf(entry: string): Told {
  return { sequence: sequenceOf(entry), changes: JSON.parse(entry.slice(entry.indexOf(' ') + 1)) as Change[] };
}
