import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOpenToOthers, isRoot } from './paths.ts';
import { waitUntil } from './wait-until.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

const marker = 'redcore-data';
const lockName = 'running.json';

type Running = { pid: number; watchdogPid?: number | undefined };

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readRunning(dataDir: string): Running | undefined {
  const file = join(dataDir, lockName);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Running;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function assertMine(dataDir: string): void {
  if (!existsSync(dataDir) || existsSync(join(dataDir, marker)) || readdirSync(dataDir).length === 0) return;
  throw new Error(`${dataDir} holds something that is not RedCore's data: set REDCORE_DATA_DIR to an empty folder.`);
}

/** One stack per data folder. A stack whose parent was killed hard is given the time its watchdog needs to stop it. */
export async function claimDataFolder(dataDir: string): Promise<void> {
  assertMine(dataDir);
  const running = readRunning(dataDir);
  if (running !== undefined && running.pid !== process.pid && isAlive(running.pid)) {
    throw new Error(
      `RedCore already runs on ${dataDir} (process ${running.pid}): stop it first, or set REDCORE_DATA_DIR to another folder.`,
    );
  }
  if (running?.watchdogPid !== undefined) {
    await waitUntil({
      what: 'The end of the stack before this one',
      timeoutMs: 15_000,
      probe: () =>
        isAlive(running.watchdogPid) ? Promise.reject(new Error('it is still stopping')) : Promise.resolve(),
    });
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  if (isRoot() && !isOpenToOthers(dataDir)) {
    throw new Error(
      `PostgreSQL cannot reach ${dataDir} as its own OS user: set REDCORE_DATA_DIR to a folder whose parents others may enter.`,
    );
  }
  writeFileSync(join(dataDir, marker), '');
  writeFileAtomically(join(dataDir, lockName), JSON.stringify({ pid: process.pid }));
}

export function noteWatchdog(dataDir: string, watchdogPid: number | undefined): void {
  writeFileAtomically(join(dataDir, lockName), JSON.stringify({ pid: process.pid, watchdogPid }));
}

export function releaseDataFolder(dataDir: string): void {
  rmSync(join(dataDir, lockName), { force: true });
}

/** Begins anew: only what a stack made, only in a folder marked as a stack's, never under a running one. */
export async function resetDataFolder(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  await claimDataFolder(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}
