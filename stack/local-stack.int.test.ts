import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { stackEnv } from '../tests/support/stack-env.ts';
import { type ComponentName, outsideVariables } from './components/component.ts';
import { checkKafka } from './components/kafka-broker.ts';
import { checkPostgres } from './components/postgres.ts';
import { pingRedis } from './components/redis.ts';
import { checkTemporal } from './components/temporal.ts';
import { type StackAddresses, startLocalStack } from './local-stack.ts';
import type { ProcessDeath } from './supervised-process.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(stackEnv().dataDir, 'own-'));
  chmodSync(folder, 0o711);
});

afterEach(() => vi.unstubAllEnvs());
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

async function withRedis<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

/** Where a stack has it, and where nobody answers. */
const outside: { name: ComponentName; address: (of: StackAddresses) => string; nowhere: string }[] = [
  { name: 'postgres', address: (of) => of.databaseUrl, nowhere: 'postgres://owner:secret@127.0.0.1:1/redcore' },
  { name: 'temporal', address: (of) => of.temporalAddress, nowhere: '127.0.0.1:1' },
  { name: 'kafka', address: (of) => of.kafkaBrokers.join(','), nowhere: '127.0.0.1:1' },
  { name: 'redis', address: (of) => of.redisUrl, nowhere: 'redis://127.0.0.1:1' },
];

describe('a stack of its own', () => {
  it('reports a component that dies by its name, brings it back with its data, and stops it', async () => {
    const deaths: ProcessDeath[] = [];
    const dataDir = join(folder, 'dies');
    const stack = await startLocalStack({
      dataDir,
      logDir: join(folder, 'logs'),
      external: false,
      only: ['redis'],
      onDied: (death) => deaths.push(death),
    });
    const redis = stack.component('redis');
    await withRedis(stack.redisUrl, (client) => client.set('before', 'it died'));
    process.kill(redis.pid ?? 0, 'SIGKILL');
    await redis.exited;
    expect(deaths.map((death) => [death.name, death.cause])).toEqual([['redis', 'SIGKILL']]);
    await redis.restart();
    expect(await withRedis(stack.redisUrl, (client) => client.get('before'))).toBe('it died');
    await stack.stop();
    await expect(pingRedis(stack.redisUrl)).rejects.toThrow('ECONNREFUSED');
  });

  it.each(outside)(
    'uses an outside $name instead of starting one, and says when nobody answers there',
    async ({ name, address, nowhere }) => {
      const variable = outsideVariables[name];
      const options = { logDir: join(folder, 'logs'), external: true, only: [name] };
      vi.stubEnv(variable, address(stackEnv()));
      const stack = await startLocalStack({ ...options, dataDir: join(folder, `outside-${name}`) });
      expect(address(stack)).toBe(address(stackEnv()));
      expect(stack.components).toEqual([]);
      await stack.stop();
      vi.stubEnv(variable, nowhere);
      await expect(startLocalStack({ ...options, dataDir: join(folder, `nobody-${name}`) })).rejects.toThrow(
        new RegExp(`^${name} does not answer at ${variable} \\(.+\\)\\.$`),
      );
    },
  );
});
