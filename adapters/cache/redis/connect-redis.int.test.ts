import { expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { startTcpProxy } from '../../../tests/support/tcp-proxy.ts';
import { connectRedis } from './connect-redis.ts';

it('leaves a Redis that says nothing more, and asks the one that is there then', async () => {
  const address = new URL(stackEnv().redisUrl);
  const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) });
  const logger = createLogger('test', { level: 'silent' });
  const redis = connectRedis(proxy.urlOf(address.href), { prefix: 'test:', logger });
  onTestFinished(async () => {
    redis.disconnect();
    await proxy.close();
  });
  await vi.waitFor(() => redis.ping());
  const id = await redis.client('ID');
  proxy.stall();
  const closed = new Promise((resolve) => redis.once('close', () => resolve(undefined)));
  await expect(redis.ping()).rejects.toThrow();
  await closed;
  proxy.mend();
  await vi.waitFor(async () => expect(await redis.client('ID')).toBeGreaterThan(id), { timeout: 10_000 });
});
