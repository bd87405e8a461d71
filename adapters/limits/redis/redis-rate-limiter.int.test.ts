import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { startLocalStack } from '../../../stack/local-stack.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { describeRateLimiterContract } from '../contract.ts';
import type { RateLimiter } from '../port.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

const logger = createLogger('test', { level: 'silent' });

/** Connected once two of one prefix count together. */
async function connectPair(url: string): Promise<[RateLimiter, RateLimiter]> {
  const prefix = `test:${randomUUID()}:`;
  const make = () => createRedisRateLimiter({ url, prefix, logger });
  const pair: [RateLimiter, RateLimiter] = [make(), make()];
  await vi.waitFor(
    async () => {
      const probe = randomUUID();
      const [first, second] = [await pair[0].take(probe, 1), await pair[1].take(probe, 1)];
      expect([first === 0, second === 0]).toEqual([true, false]);
    },
    { timeout: 5_000 },
  );
  return pair;
}

describeRateLimiterContract('Redis', async () => (await connectPair(stackEnv().redisUrl))[0]);

it('counts the calls of two processes together, and adds less than 150 ms while Redis is frozen', async () => {
  const folder = mkdtempSync(join(stackEnv().dataDir, 'redis-'));
  chmodSync(folder, 0o711);
  const options = { dataDir: join(folder, 'data'), logDir: join(folder, 'logs'), external: false };
  const stack = await startLocalStack({ ...options, only: ['redis'], onDied: () => undefined });
  const [one, other] = await connectPair(stack.redisUrl);
  try {
    const provider = randomUUID();
    const together = await Promise.all(
      Array.from({ length: 20 }, (_, call) => (call % 2 === 0 ? one : other).take(provider, 10)),
    );
    expect(together.filter((delayMs) => delayMs === 0)).toHaveLength(10);

    stack.component('redis').kill('SIGSTOP');
    const times: number[] = [];
    let letOut = 0;
    for (let call = 0; call < 30; call += 1) {
      const startedAt = performance.now();
      if ((await one.take('frozen', 10)) === 0) letOut += 1;
      times.push(performance.now() - startedAt);
    }
    expect(Math.max(...times)).toBeLessThan(150);
    expect(times.toSorted((a, b) => a - b)[15]).toBeLessThan(5);
    expect(letOut).toBeGreaterThanOrEqual(10);
    expect(letOut).toBeLessThan(30);
  } finally {
    stack.component('redis').kill('SIGCONT');
    await Promise.all([one.close(), other.close()]);
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
