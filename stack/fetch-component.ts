import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDir } from './paths.ts';
import { waitUntil } from './wait-until.ts';

export type Progress = (line: string) => void;

const execute = promisify(execFile);
const fetchTimeoutMs = 10 * 60_000;

/** Runs a client of a registry; its last line of complaint becomes the reason. */
export async function runClient(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await execute(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: fetchTimeoutMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout + stderr;
  } catch (error) {
    const failed = error as NodeJS.ErrnoException & { stderr?: string; stdout?: string };
    if (failed.code === 'ENOENT') throw new Error(`${command} is not installed`, { cause: error });
    const lines = `${failed.stdout ?? ''}\n${failed.stderr ?? ''}`.split('\n').filter((line) => line.trim() !== '');
    const reason = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? failed.message;
    throw new Error(`${command}: ${reason.trim().slice(0, 300)}`, { cause: error });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAbandoned(lock: string): boolean {
  try {
    return !isAlive(Number(readFileSync(join(lock, 'pid'), 'utf8')));
  } catch {
    // No pid yet: its owner is just starting, or died within that instant.
    return existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 5_000;
  }
}

async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await waitUntil({
    what: `The lock ${lock}`,
    timeoutMs: fetchTimeoutMs,
    intervalMs: 200,
    probe: async () => {
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
    },
  });
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * The folder of one pinned thing in the cache, filled on first use. Whoever comes meanwhile waits; a broken
 * fetch leaves nothing behind, because the folder gets its name only when it is complete.
 */
export async function ensureCached(options: {
  key: string;
  announce: string;
  fill: (folder: string) => Promise<void>;
  onProgress: Progress;
}): Promise<string> {
  const root = cacheDir();
  const target = join(root, options.key);
  if (existsSync(target)) return target;
  mkdirSync(root, { recursive: true, mode: 0o755 });
  return withLock(`${target}.lock`, async () => {
    if (existsSync(target)) return target;
    const partial = `${target}.partial-${randomBytes(4).toString('hex')}`;
    mkdirSync(partial, { mode: 0o755 });
    try {
      const startedAt = performance.now();
      options.onProgress(`${options.announce} …`);
      await options.fill(partial);
      renameSync(partial, target);
      options.onProgress(`${options.announce}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
      return target;
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  });
}
