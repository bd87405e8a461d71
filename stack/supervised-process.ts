import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { waitUntil } from './wait-until.ts';
import type { Watchdog } from './watchdog.ts';

export type ProcessSpec = {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The OS user to run as; needed only where root starts something that refuses root. */
  user?: { uid: number; gid: number };
  logFile: string;
  stopSignal: NodeJS.Signals;
  stopTimeoutMs: number;
  startTimeoutMs: number;
  ready: () => Promise<unknown>;
  beforeStart?: () => void | Promise<void>;
};

export type ProcessDeath = { name: string; cause: string; logFile: string; lastLine: string };

export type SupervisedProcess = {
  name: string;
  logFile: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** Any signal, unannounced to the process; its end is then expected. Resolves at once. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves once the present process has ended, whyever. */
  readonly exited: Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const logBytesMax = 20 * 1024 * 1024;
const deadly: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGHUP']);

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o644);
}

export function readLastLine(file: string): string {
  if (!existsSync(file)) return '';
  const size = statSync(file).size;
  const length = Math.min(size, 4_096);
  const buffer = Buffer.alloc(length);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, buffer, 0, length, size - length);
  closeSync(descriptor);
  return buffer.toString('utf8').trimEnd().split('\n').at(-1)?.trim().slice(0, 300) ?? '';
}

export function superviseProcess(
  spec: ProcessSpec,
  surroundings: { watchdog: Watchdog; onDied: (death: ProcessDeath) => void },
): SupervisedProcess {
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  let expected = false;
  let starting = false;
  let cause = '';

  function isRunning(): boolean {
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  function launch(): void {
    const log = openLog(spec.logFile);
    expected = false;
    cause = '';
    // Its own process group: a terminal's Ctrl-C must not reach it before its turn.
    const started = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...process.env, TZ: 'UTC', ...spec.env },
      detached: true,
      stdio: ['ignore', log, log],
      ...spec.user,
    });
    closeSync(log);
    child = started;
    const { pid } = started;
    if (pid !== undefined) surroundings.watchdog.watch(pid, spec.stopSignal);
    exited = new Promise((resolve) => {
      const finish = (reason: string): void => {
        cause = reason;
        if (pid !== undefined) surroundings.watchdog.forget(pid);
        resolve();
        if (expected || starting || child !== started) return;
        surroundings.onDied({ name: spec.name, cause, logFile: spec.logFile, lastLine: readLastLine(spec.logFile) });
      };
      started.once('error', (error) => finish(error.message));
      started.once('exit', (code, signal) => finish(signal === null ? `exit code ${code}` : signal));
    });
  }

  async function start(): Promise<void> {
    if (isRunning()) return;
    await spec.beforeStart?.();
    starting = true;
    try {
      launch();
      await waitUntil({
        what: spec.name,
        probe: spec.ready,
        timeoutMs: spec.startTimeoutMs,
        intervalMs: 50,
        abort: () => {
          if (isRunning() && cause === '') return undefined;
          return `${spec.name} ended while starting (${cause}): ${readLastLine(spec.logFile)} – see ${spec.logFile}`;
        },
      });
    } catch (error) {
      await stop();
      throw error;
    } finally {
      starting = false;
    }
    // It may have died between its last good answer and here.
    if (!isRunning() && !expected)
      throw new Error(`${spec.name} ended while starting (${cause}) – see ${spec.logFile}`);
  }

  function kill(signal: NodeJS.Signals): void {
    if (deadly.has(signal)) expected = true;
    child?.kill(signal);
  }

  async function stop(): Promise<void> {
    if (!isRunning()) return exited;
    kill(spec.stopSignal);
    child?.kill('SIGCONT');
    const timer = setTimeout(() => kill('SIGKILL'), spec.stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  return {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return isRunning() ? child?.pid : undefined;
    },
    get exited() {
      return exited;
    },
    start,
    kill,
    stop,
    async restart() {
      await stop();
      await start();
    },
  };
}
