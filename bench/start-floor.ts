import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchPlatform } from './bench-platform.ts';
import type { Watched } from './cpu.ts';

export interface Floor {
  url: string;
  watched: Watched;
  stop(): Promise<void>;
}

/** A floor runs as a process of its own, like what it is compared with; it prints its address when it listens. */
export async function startFloor(
  name: 'bare-read' | 'bare-create' | 'bare-inbox' | 'bare-mix',
  platform: BenchPlatform,
): Promise<Floor> {
  const { stack, platform: roles } = platform;
  const addresses = [platform.appDatabaseUrl, stack.databaseUrl, roles.sandboxProviderUrl];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floors', `${name}.ts`), ...addresses], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [url] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [string | number | null];
  if (typeof url !== 'string') throw new Error(`the floor ${name} did not start`);
  return {
    url,
    watched: { name: `floor ${name}`, pid: child.pid ?? 0, withChildren: false },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
