import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stackEnv } from '../tests/support/stack-env.ts';
import { checkKafka } from './components/kafka-broker.ts';
import { checkPostgres } from './components/postgres.ts';
import { pingRedis } from './components/redis.ts';
import { checkTemporal } from './components/temporal.ts';
import { startLocalStack } from './local-stack.ts';
import type { ProcessDeath } from './supervised-process.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(stackEnv().dataDir, 'own-'));
  chmodSync(folder, 0o711);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('answers at every address of the stack this run was given', async () => {
  const stack = stackEnv();
  const answers = Promise.all([
    checkPostgres(stack.databaseUrl),
    checkTemporal(stack.temporalAddress),
    checkKafka(stack.kafkaBrokers),
    pingRedis(stack.redisUrl),
  ]);
  await expect(answers).resolves.toHaveLength(4);
});

describe('a stack of its own', () => {
  const only = ['redis'] as const;

  it('reports a component that dies by its name, brings it back with its data, and stops it', async () => {
    const deaths: ProcessDeath[] = [];
    const dataDir = join(folder, 'dies');
    const stack = await startLocalStack({
      dataDir,
      logDir: join(folder, 'logs'),
      external: false,
      only,
      onDied: (death) => deaths.push(death),
    });
    const redis = stack.component('redis');
    process.kill(redis.pid ?? 0, 'SIGKILL');
    await redis.exited;
    expect(deaths.map((death) => [death.name, death.cause])).toEqual([['redis', 'SIGKILL']]);
    await redis.restart();
    await pingRedis(stack.redisUrl);
    await stack.stop();
    await expect(pingRedis(stack.redisUrl)).rejects.toThrow('ECONNREFUSED');
  });

  it('uses an outside address instead of starting a component, and says when nobody answers there', async () => {
    vi.stubEnv('REDCORE_EXTERNAL_REDIS_URL', stackEnv().redisUrl);
    const options = { logDir: join(folder, 'logs'), external: true, only };
    const stack = await startLocalStack({ ...options, dataDir: join(folder, 'outside') });
    expect(stack.redisUrl).toBe(stackEnv().redisUrl);
    expect(stack.components).toEqual([]);
    await stack.stop();
    vi.stubEnv('REDCORE_EXTERNAL_REDIS_URL', 'redis://127.0.0.1:1');
    await expect(startLocalStack({ ...options, dataDir: join(folder, 'nobody') })).rejects.toThrow(
      /^redis does not answer at REDCORE_EXTERNAL_REDIS_URL \(.*ECONNREFUSED.*\)\.$/,
    );
    vi.unstubAllEnvs();
  });
});
