import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { type LocalStack, startLocalStack } from '../../../stack/local-stack.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { describeCacheContract } from '../contract.ts';
import type { Cache } from '../port.ts';
import { createRedisCache } from './redis-cache.ts';

const logger = createLogger('test', { level: 'silent' });

async function connect(url: string): Promise<Cache> {
  const cache = createRedisCache({ url, prefix: `test:${randomUUID()}:`, logger });
  await vi.waitFor(() => cache.check(), { timeout: 5_000 });
  return cache;
}

describeCacheContract('Redis', () => connect(stackEnv().redisUrl));

describe('while Redis is away', () => {
  let folder: string;
  let stack: LocalStack;
  let cache: Cache;

  beforeAll(async () => {
    folder = mkdtempSync(join(stackEnv().dataDir, 'redis-'));
    chmodSync(folder, 0o711);
    const options = { dataDir: join(folder, 'data'), logDir: join(folder, 'logs'), external: false };
    stack = await startLocalStack({ ...options, only: ['redis'], onDied: () => undefined });
    cache = await connect(stack.redisUrl);
    await cache.set('known', 'value', 60_000);
  });

  afterAll(async () => {
    await cache.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function timeOfRequestMs(): Promise<number> {
    const startedAt = performance.now();
    await cache.get('known');
    await cache.get('other');
    await cache.set('other', 'value', 1_000);
    return performance.now() - startedAt;
  }

  const isBack = () => vi.waitFor(async () => expect(await cache.get('known')).toBe('value'), { timeout: 10_000 });

  it('F10: adds less than 150 ms to a request while it is frozen, and next to nothing to those after', async () => {
    stack.component('redis').kill('SIGSTOP');
    const times: number[] = [];
    for (let request = 0; request < 50; request += 1) times.push(await timeOfRequestMs());
    expect(await cache.delete('known')).toBe(false);
    stack.component('redis').kill('SIGCONT');
    expect(Math.max(...times)).toBeLessThan(150);
    expect(times.toSorted((a, b) => a - b)[25]).toBeLessThan(5);
    await isBack();
  });

  it('misses at once while it is down, and is used again when it is back', async () => {
    stack.component('redis').kill('SIGKILL');
    await stack.component('redis').exited;
    for (let request = 0; request < 20; request += 1) expect(await timeOfRequestMs()).toBeLessThan(150);
    await stack.component('redis').restart();
    await vi.waitFor(() => cache.check(), { timeout: 10_000 });
    await vi.waitFor(
      async () => {
        await cache.set('after', 'value', 10_000);
        expect(await cache.get('after')).toBe('value');
      },
      { timeout: 10_000 },
    );
  });
});
