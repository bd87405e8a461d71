import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { vi } from 'vitest';
import type { DemoEnvironment } from '../../stack/demo-env.ts';
import { checkoutDir } from '../../stack/paths.ts';
import { readShellEnvironment } from '../../stack/test-environment.ts';
import { waitUntil } from '../../stack/wait-until.ts';
import { processWatchdog } from '../../stack/watchdog.ts';
import { isRunning, listTree, type SeenProcess } from './process-tree.ts';
import { stackEnv } from './stack-env.ts';

/** What the commands of README.md touch; Node and npm follow the links to the checkout. */
const linked = ['package.json', 'node_modules', 'stack'];

const readyWithinMs = 240_000;
const goneWithinMs = 90_000;

/** Where somebody stands who types `npm start`: the checkout's commands, with a `.redcore` of its own. */
export interface Desk {
  folder: string;
  stateDir: string;
  demoEnvFile: string;
  environment: NodeJS.ProcessEnv;
  clear(): void;
}

export function setUpDesk(): Desk {
  const { dataDir, logDir } = stackEnv();
  const folder = mkdtempSync(join(dataDir, 'desk-'));
  const stateDir = join(folder, '.redcore');
  mkdirSync(stateDir);
  // PostgreSQL's OS user has to pass through them.
  for (const one of [folder, stateDir]) chmodSync(one, 0o711);
  for (const name of linked) symlinkSync(join(checkoutDir, name), join(folder, name));
  // With those of the run, which are kept where a test failed.
  symlinkSync(mkdtempSync(join(logDir, 'start-')), join(stateDir, 'logs'));
  return {
    folder,
    stateDir,
    demoEnvFile: join(stateDir, 'demo.env'),
    environment: { ...readShellEnvironment(), REDCORE_STATE_DIR: stateDir },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface RunningStart {
  /** As `.redcore/demo.env` has it. */
  demo: DemoEnvironment;
  /** Everything it has printed so far. */
  words(): string;
  /** As it says itself. */
  readySeconds: number;
  /** npm, what it started, and so on. */
  processes(): SeenProcess[];
  /** SIGTERM to npm alone; SIGINT to its whole group, as a terminal's Ctrl-C. Resolves when none of its processes is left. */
  stop(signal: 'SIGTERM' | 'SIGINT'): Promise<void>;
}

/** `npm start` as typed, on free ports; resolves when it says it is ready. */
export async function npmStart(desk: Desk, flags: readonly string[] = []): Promise<RunningStart> {
  const child = spawn('npm', ['start', '--', '--free-ports', ...flags], {
    ...{ cwd: desk.folder, env: desk.environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (words += data.toString()));
  const silent = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  const pid = child.pid ?? 0;
  if (pid > 0) processWatchdog().watch(pid, 'SIGTERM');

  async function stop(signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
    const processes = listTree(pid);
    if (signal === 'SIGINT') process.kill(-pid, signal);
    else child.kill(signal);
    // Its last word comes from the process that npm started, which may end after npm.
    await silent;
    processWatchdog().forget(pid);
    const left = () => processes.filter(isRunning).map((one) => `${one.pid} ${one.command}`);
    await vi
      .waitUntil(() => left().length === 0, { timeout: goneWithinMs, interval: 100 })
      .catch(() => {
        throw new Error(`still running after ${signal}: ${left().join(', ')}`);
      });
  }

  try {
    await waitUntil({
      what: 'npm start',
      timeoutMs: readyWithinMs,
      probe: async () => {
        if (!existsSync(desk.demoEnvFile) || !words.includes('Ctrl-C stops everything')) throw new Error(words);
      },
      abort: () => (hasEnded(child) ? `npm start ended: ${failure || words}` : undefined),
    });
  } catch (error) {
    if (!hasEnded(child)) await stop('SIGTERM');
    throw error;
  }
  return {
    demo: parseEnv(readFileSync(desk.demoEnvFile, 'utf8')) as DemoEnvironment,
    words: () => words,
    readySeconds: Number(/RedCore is ready \(([\d.]+) s\)/.exec(words)?.[1]),
    processes: () => listTree(pid),
    stop,
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
