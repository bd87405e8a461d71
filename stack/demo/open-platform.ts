import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { checkoutDir, demoEnvFile, nodeBinary } from '../paths.ts';

export interface OpenPlatform {
  url: string;
  key: string;
  temporalUiUrl: string;
  namespace: string;
  sandboxProviderUrl: string;
  /** The end of a demo: a platform it started stays up at a terminal until Ctrl-C, and is stopped where nobody watches. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export async function openPlatform(say: (line: string) => void): Promise<OpenPlatform> {
  if (await isReady()) {
    say('Using the platform that npm start runs here.');
    return { ...addresses(), leave: async () => undefined, close: async () => undefined };
  }
  say('No platform is running here: starting one.');
  const child = spawn(
    nodeBinary,
    ['--disable-warning=TimeoutNegativeWarning', join(checkoutDir, 'stack', 'start.ts'), '--empty'],
    {
      cwd: checkoutDir,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const startedAt = performance.now();
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error('The platform did not start; its own words are above.');
    if (performance.now() - startedAt > startsWithinMs)
      throw new Error('The platform did not become ready in ten minutes.');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const leave = async () => {
    if (!process.stdout.isTTY) return close();
    say('\nThe platform started for this demo stays up; Ctrl-C stops it.');
    await ended;
  };
  return { ...addresses(), leave, close };
}

const startsWithinMs = 10 * 60_000;

/** A file left behind by a platform that was killed names addresses nobody answers at. */
async function isReady(): Promise<boolean> {
  if (!existsSync(demoEnvFile)) return false;
  try {
    const response = await fetch(`${addresses().url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    return response.ok;
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false;
    throw error;
  }
}

function addresses() {
  const environment = parseEnv(readFileSync(demoEnvFile, 'utf8'));
  const read = (name: string) => environment[name] ?? '';
  return {
    url: read('REDCORE_URL'),
    key: read('REDCORE_API_KEY'),
    temporalUiUrl: read('TEMPORAL_UI_URL'),
    namespace: read('TEMPORAL_NAMESPACE'),
    sandboxProviderUrl: read('SANDBOX_PROVIDER_URL'),
  };
}
