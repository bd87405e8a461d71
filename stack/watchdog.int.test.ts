import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stackEnv } from '../tests/support/stack-env.ts';
import { nodeBinary } from './paths.ts';
import { waitUntil } from './wait-until.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(stackEnv().dataDir, 'orphan-'));
  chmodSync(folder, 0o711);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

it('stops with its parent, even one that is killed hard', async () => {
  const script = join(folder, 'parent.ts');
  writeFileSync(
    script,
    `import { startLocalStack } from ${JSON.stringify(join(import.meta.dirname, 'local-stack.ts'))};
    const stack = await startLocalStack({ dataDir: ${JSON.stringify(join(folder, 'orphan'))}, logDir: ${JSON.stringify(folder)}, external: false, only: ['postgres', 'redis'] });
    console.log(JSON.stringify({ pids: stack.components.map((one) => one.pid), redisUrl: stack.redisUrl }));
    setInterval(() => undefined, 1000);`,
  );
  const parent = spawn(nodeBinary, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    parent.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
    parent.once('exit', () => reject(new Error('the parent ended early')));
  });
  const { pids } = JSON.parse(line) as { pids: number[] };
  expect(pids.every((pid) => !isGone(pid))).toBe(true);
  parent.kill('SIGKILL');
  await waitUntil({
    what: 'The end of the orphans',
    timeoutMs: 15_000,
    probe: () => (pids.every(isGone) ? Promise.resolve() : Promise.reject(new Error('some still run'))),
  });
});
