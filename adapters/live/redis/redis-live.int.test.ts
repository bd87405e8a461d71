import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { newId } from '../../../db/new-id.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { type OwnRedis, startOwnRedis } from '../../../tests/support/own-redis.ts';
import { connectRedis } from '../../cache/redis/connect-redis.ts';
import { FeedAwayError } from '../feed-away-error.ts';
import type { ChangeFeed, ChangeTeller, Following, Told } from '../port.ts';
import { createRedisChangeFeed } from './redis-change-feed.ts';
import { createRedisChangeTeller } from './redis-change-teller.ts';
import { entriesMax } from './scripts.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 10_000, interval: 20 };
const change = { kind: 'subscription', id: 'sub_1' } as const;

let redis: OwnRedis;
let prefix: string;
let tenantId: TenantId;
let teller: ChangeTeller;
let feed: ChangeFeed;

beforeAll(async () => {
  redis = await startOwnRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  tenantId = newId('tenant');
  prefix = `test:${randomUUID()}:`;
  ({ teller, feed } = await connect());
});

async function connect(): Promise<{ teller: ChangeTeller; feed: ChangeFeed }> {
  const settings = { url: redis.url, prefix, logger };
  const made = { teller: createRedisChangeTeller(settings), feed: createRedisChangeFeed(settings) };
  onTestFinished(() => Promise.all([made.teller.close(), made.feed.close()]).then(() => undefined));
  // A teller resets everybody as soon as it is connected: whatever is told arrives after it.
  const tenant = newId('tenant');
  const seen = await followed(made.feed, tenant);
  await made.teller.tell(new Map([[tenant, [change]]]));
  await vi.waitFor(() => expect(seen.told.length + seen.resets()).toBeGreaterThan(0), within);
  return made;
}

interface Seen {
  following: Following;
  told: Told[];
  resets(): number;
  ends(): number;
}

async function followed(of: ChangeFeed, tenant: TenantId = tenantId, after: number | null = null): Promise<Seen> {
  const told: Told[] = [];
  let resets = 0;
  let ends = 0;
  const follower = {
    onTold: (one: Told) => void told.push(one),
    onReset: () => void resets++,
    onEnd: () => void ends++,
  };
  const following = await vi.waitFor(() => of.follow(tenant, after, follower), within);
  return { following, told, resets: () => resets, ends: () => ends };
}

const tell = (id: string, tenant = tenantId) => teller.tell(new Map([[tenant, [{ ...change, id }]]]));
const idsOf = (told: readonly Told[]) => told.flatMap(({ changes }) => changes.map(({ id }) => id));

describe('whoever follows a tenant', () => {
  it('is told what changes there and nothing of others, in order, in every process', async () => {
    const further = await connect();
    const [here, there, elsewhere] = [
      await followed(feed),
      await followed(further.feed),
      await followed(feed, newId('tenant')),
    ];
    for (const id of ['a', 'b', 'c']) await tell(id);
    await tell('x', newId('tenant'));
    await vi.waitFor(
      () =>
        expect([idsOf(here.told), idsOf(there.told)]).toEqual([
          ['a', 'b', 'c'],
          ['a', 'b', 'c'],
        ]),
      within,
    );
    expect(elsewhere.told).toEqual([]);
    const sequences = here.told.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
    expect(new Set(sequences).size).toBe(3);
    expect(there.told).toEqual(here.told);
  });

  it('goes on where it was, at any process, as far back as is remembered', async () => {
    const first = await followed(feed);
    for (const id of ['a', 'b', 'c']) await tell(id);
    await vi.waitFor(() => expect(first.told).toHaveLength(3), within);
    first.following.stop();
    await tell('d');
    const seen = first.told[0]?.sequence ?? 0;
    const again = await followed((await connect()).feed, tenantId, seen);
    // The teller of that process began, and what it found nobody can know.
    expect(again.following).toMatchObject({ isResumed: false, told: [] });
    await tell('e');
    await vi.waitFor(() => expect(again.told).toHaveLength(1), within);
    const last = await followed(feed, tenantId, again.following.sequence);
    expect(last.following.isResumed).toBe(true);
    expect(idsOf(last.following.told)).toEqual(['e']);
  });

  it('begins anew after more than is remembered, and from a number that is none', async () => {
    const { following } = await followed(feed);
    for (let count = 0; count <= entriesMax; count += 1) await tell(`${count}`);
    const tooFar = await followed(feed, tenantId, following.sequence);
    const nonsense = await followed(feed, tenantId, 9_007_199_254_740_000);
    expect([tooFar.following.isResumed, nonsense.following.isResumed]).toEqual([false, false]);
  });

  it('begins anew after what was too much to remember, and was told of it', async () => {
    const { following, told } = await followed(feed);
    const many = Array.from({ length: 200 }, (_, index) => ({ ...change, id: `subscription_number_${index}` }));
    await teller.tell(new Map([[tenantId, many]]));
    await vi.waitFor(() => expect(told[0]?.changes).toHaveLength(200), within);
    expect((await followed(feed, tenantId, following.sequence)).following.isResumed).toBe(false);
  });
});

describe('while the store is away', () => {
  it('ends whoever follows, refuses the next, and resets everybody for what was not told meanwhile', async () => {
    const seen = await followed(feed);
    await redis.kill();
    await vi.waitFor(() => expect(seen.ends()).toBe(1), within);
    const follower = { onTold: () => undefined, onReset: () => undefined, onEnd: () => undefined };
    await expect(feed.follow(tenantId, null, follower)).rejects.toThrow(FeedAwayError);
    const startedAt = performance.now();
    await tell('lost');
    expect(performance.now() - startedAt).toBeLessThan(150);
    await redis.restart();
    const again = await followed(feed, tenantId, seen.following.sequence);
    await vi.waitFor(async () => {
      const { following } = await followed(feed, tenantId, seen.following.sequence);
      expect([again.resets() > 0 || !again.following.isResumed, following.isResumed]).toEqual([true, false]);
    }, within);
  });

  it('notices that it is frozen', async () => {
    const seen = await followed(feed);
    redis.freeze();
    onTestFinished(() => redis.thaw());
    await vi.waitFor(() => expect(seen.ends()).toBe(1), { timeout: 15_000, interval: 100 });
    redis.thaw();
    await followed(feed);
  });
});

it('outlives a subscription that Redis refuses as it comes back, and follows again once it may', async () => {
  const seen = await followed(feed);
  const admin = connectRedis(redis.url, { prefix: '', logger });
  onTestFinished(() => admin.disconnect());
  await vi.waitFor(() => admin.ping(), within);
  await admin.acl('SETUSER', 'default', 'resetchannels');
  try {
    await admin.call('CLIENT', 'KILL', 'TYPE', 'PUBSUB');
    await vi.waitFor(() => expect(seen.ends()).toBe(1), within);
    const follower = { onTold: () => undefined, onReset: () => undefined, onEnd: () => undefined };
    await expect(feed.follow(tenantId, null, follower)).rejects.toThrow(FeedAwayError);
  } finally {
    await admin.acl('SETUSER', 'default', 'allchannels');
  }
  const again = await vi.waitFor(() => followed(feed), within);
  await teller.tell(new Map([[tenantId, [change]]]));
  await vi.waitFor(() => expect(again.told).toHaveLength(1), within);
});
