import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { findErrorLine, readFailure } from './read-failure.ts';
import { waitUntil } from './wait-until.ts';
import { processWatchdog } from './watchdog.ts';

export type ProcessSpec = {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The OS user to run as; needed only where root starts something that refuses root. */
  user?: { uid: number; gid: number } | undefined;
  logFile: string;
  stopSignal: NodeJS.Signals;
  stopTimeoutMs: number;
  startTimeoutMs: number;
  ready: () => Promise<unknown>;
  beforeStart?: () => void;
};

export type ProcessDeath = { name: string; cause: string; logFile: string; reason: string | undefined };

const logBytesMax = 20 * 1024 * 1024;
const deadly: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGHUP']);

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o644);
}

/** A process that is started until it answers, told apart dying from being stopped, and never outlives this one. */
export class SupervisedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #spec: ProcessSpec;
  readonly #onDied: (death: ProcessDeath) => void;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #endIsExpected = false;
  #isStarting = false;
  #cause = '';
  #logOffset = 0;

  constructor(spec: ProcessSpec, onDied: (death: ProcessDeath) => void) {
    this.name = spec.name;
    this.logFile = spec.logFile;
    this.#spec = spec;
    this.#onDied = onDied;
  }

  get pid(): number | undefined {
    return this.isRunning ? this.#child?.pid : undefined;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves once the present process has ended, whyever. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    const spec = this.#spec;
    spec.beforeStart?.();
    this.#isStarting = true;
    try {
      this.#launch();
      await waitUntil({
        what: spec.name,
        probe: spec.ready,
        timeoutMs: spec.startTimeoutMs,
        intervalMs: 50,
        abort: () => (this.isRunning ? undefined : 'it ended'),
      });
      // It may have died between its last good answer and here.
      if (!this.isRunning) throw new Error('it ended');
    } catch (error) {
      const endedEarly = !this.isRunning;
      await this.stop();
      if (endedEarly) throw new Error(this.#describeEarlyEnd(), { cause: error });
      throw error;
    } finally {
      this.#isStarting = false;
    }
  }

  /** Any signal, at once. After a deadly one the end counts as wanted and is not reported as a death. */
  kill(signal: NodeJS.Signals): void {
    if (deadly.has(signal)) this.#endIsExpected = true;
    this.#child?.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.isRunning) {
      this.kill(this.#spec.stopSignal);
      // A stopped process takes no signal until it goes on.
      this.#child?.kill('SIGCONT');
    }
    const timer = setTimeout(() => this.kill('SIGKILL'), this.#spec.stopTimeoutMs);
    await this.#exited;
    clearTimeout(timer);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #launch(): void {
    const spec = this.#spec;
    const log = openLog(spec.logFile);
    this.#logOffset = fstatSync(log).size;
    this.#endIsExpected = false;
    this.#cause = '';
    // Its own process group: a terminal's Ctrl-C must not reach it before its turn.
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...process.env, TZ: 'UTC', ...spec.env },
      detached: true,
      stdio: ['ignore', log, log],
      ...spec.user,
    });
    closeSync(log);
    this.#child = child;
    const { pid } = child;
    if (pid !== undefined) processWatchdog().watch(pid, spec.stopSignal);
    this.#exited = new Promise((resolve) => {
      const finish = (cause: string): void => {
        this.#cause = cause;
        if (pid !== undefined) processWatchdog().forget(pid);
        resolve();
        if (this.#endIsExpected || this.#isStarting) return;
        const { name, logFile } = this;
        // Killed from outside, its last ordinary line would only mislead.
        const read = cause.startsWith('exit code') ? readFailure : findErrorLine;
        this.#onDied({ name, cause, logFile, reason: read(logFile, this.#logOffset) });
      };
      child.once('error', (error) => finish(error.message));
      child.once('exit', (code, signal) => finish(signal === null ? `exit code ${code}` : signal));
    });
  }

  #describeEarlyEnd(): string {
    const reason = readFailure(this.logFile, this.#logOffset);
    return `${this.name} ended while starting (${this.#cause}): ${reason} (log ${this.logFile})`;
  }
}
