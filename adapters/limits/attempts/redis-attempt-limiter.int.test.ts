import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { ShortLivedStoreError } from '../../short-lived/short-lived-store-error.ts';
import { describeAttemptLimiterContract } from '../contract/attempt-limiter.ts';
import { createRedisAttemptLimiter } from './redis-attempt-limiter.ts';

const logger = createLogger('test', { level: 'silent' });

describeAttemptLimiterContract('Redis', async () => {
  const limiter = createRedisAttemptLimiter({ url: stackEnv().redisUrl, prefix: `test:${randomUUID()}:`, logger });
  await vi.waitFor(() => limiter.take(randomUUID(), { countMax: 1, perMs: 1_000 }), { timeout: 5_000 });
  return limiter;
});

it('refuses every try while Redis is away', async () => {
  const limiter = createRedisAttemptLimiter({ url: 'redis://127.0.0.1:1', prefix: 'test:', logger });
  const startedAt = performance.now();
  await expect(limiter.take('victim', { countMax: 10, perMs: 60_000 })).rejects.toThrow(ShortLivedStoreError);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  await limiter.close();
});
