import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalStack, startLocalStack } from '../../stack/local-stack.ts';
import { stackEnv } from './stack-env.ts';

export interface OwnRedis {
  url: string;
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis that a test may freeze and kill. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const folder = mkdtempSync(join(stackEnv().dataDir, 'redis-'));
  chmodSync(folder, 0o711);
  const options = { dataDir: join(folder, 'data'), logDir: join(folder, 'logs'), external: false };
  const stack: LocalStack = await startLocalStack({ ...options, only: ['redis'], onDied: () => undefined });
  const redis = stack.component('redis');
  return {
    url: stack.redisUrl,
    freeze: () => redis.kill('SIGSTOP'),
    thaw: () => redis.kill('SIGCONT'),
    async kill() {
      redis.kill('SIGKILL');
      await redis.exited;
    },
    async restart() {
      await redis.restart();
    },
    async stop() {
      redis.kill('SIGCONT');
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
