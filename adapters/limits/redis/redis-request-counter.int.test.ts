import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { type OwnRedis, startOwnRedis } from '../../../tests/support/own-redis.ts';
import type { RequestCounter } from '../port.ts';
import { createRedisRequestCounter } from './redis-request-counter.ts';

const logger = createLogger('test', { level: 'silent' });
const perMinute = (max: number) => ({ max, windowMs: 60_000 });

let redis: OwnRedis;
let one: RequestCounter;
let other: RequestCounter;

const areConnected = () =>
  vi.waitFor(
    async () => {
      for (const counter of [one, other])
        expect(await counter.countExactly(randomUUID(), perMinute(1))).toMatchObject({ isOver: false });
    },
    { timeout: 10_000 },
  );

beforeAll(async () => {
  redis = await startOwnRedis();
  const prefix = `test:${randomUUID()}:`;
  const make = () => createRedisRequestCounter({ url: redis.url, prefix, logger });
  [one, other] = [make(), make()];
  await areConnected();
});
afterAll(async () => {
  await Promise.all([one.close(), other.close()]);
  await redis.stop();
});

/** In turns, at some thousands a second, which is more than one process answers. */
async function takeAll(name: string, max: number): Promise<number> {
  let through = 0;
  for (let request = 0; request < max * 3; request += 1) {
    const counter = request % 2 === 0 ? one : other;
    if (!counter.count(name, perMinute(max)).isOver) through += 1;
    if (request % 8 === 0) await delay(1);
  }
  return through;
}

describe('two processes', () => {
  it('let through together what one may, and at most a fiftieth each and one exchange more', async () => {
    const through = await takeAll(randomUUID(), 1_000);
    expect(through).toBeGreaterThanOrEqual(1_000);
    // Two fiftieths, and what came within one exchange of each, which takes its time on a busy machine.
    expect(through).toBeLessThanOrEqual(1_000 + 2 * 20 + 2 * 100);
  });

  it('count to the one where it has to be exact', async () => {
    const name = randomUUID();
    const counts = await Promise.all(
      Array.from({ length: 30 }, (_, call) => (call % 2 === 0 ? one : other).countExactly(name, perMinute(10))),
    );
    expect(counts.filter((count) => count?.isOver === false)).toHaveLength(10);
    expect(counts.filter((count) => count === null)).toHaveLength(0);
  });

  it('learn of the other’s window, and start anew when it ends', async () => {
    const name = randomUUID();
    const perSecond = { max: 4, windowMs: 1_000 };
    for (let request = 0; request < 4; request += 1) one.count(name, perSecond);
    await vi.waitFor(() => expect(other.count(name, perSecond).isOver).toBe(true), { timeout: 2_000, interval: 5 });
    await vi.waitFor(() => expect(other.count(name, perSecond).isOver).toBe(false), { timeout: 3_000, interval: 20 });
  });
});

describe('while Redis is away', () => {
  async function expectCountedAlone(): Promise<void> {
    const name = randomUUID();
    const times: number[] = [];
    let through = 0;
    for (let request = 0; request < 100; request += 1) {
      const startedAt = performance.now();
      if (!one.count(name, perMinute(50)).isOver) through += 1;
      times.push(performance.now() - startedAt);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(through).toBe(50);
    expect(times.toSorted((a, b) => a - b)[95]).toBeLessThan(5);
    const startedAt = performance.now();
    expect(await one.countExactly(name, perMinute(50))).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(150);
  }

  it('F10: nobody waits for one that is frozen, each counts alone, and what has to be exact is not answered', async () => {
    redis.freeze();
    await expectCountedAlone();
    redis.thaw();
    await areConnected();
  });

  it('F9: the same while it is down, and it is used again when it is back', async () => {
    await redis.kill();
    await expectCountedAlone();
    await redis.restart();
    await areConnected();
  });
});
