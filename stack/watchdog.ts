import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';

export type Watchdog = {
  readonly pid: number | undefined;
  watch(pid: number, stopSignal: NodeJS.Signals): void;
  forget(pid: number): void;
};

function launch(): ChildProcess {
  const child = spawn('/bin/sh', [join(import.meta.dirname, 'watchdog.sh')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  // The pipe breaks when the watchdog is killed; its exit is what gets handled.
  child.stdin?.on('error', () => undefined);
  return child;
}

function startWatchdog(): Watchdog {
  const watched = new Map<number, NodeJS.Signals>();
  let child = launch();

  function tell(line: string): void {
    child.stdin?.write(`${line}\n`);
  }

  function relaunchOnExit(): void {
    child.once('exit', () => {
      child = launch();
      relaunchOnExit();
      for (const [pid, signal] of watched) tell(`watch ${pid} ${signal.slice(3)}`);
    });
  }

  relaunchOnExit();
  return {
    get pid() {
      return child.pid;
    },
    watch(pid, stopSignal) {
      watched.set(pid, stopSignal);
      tell(`watch ${pid} ${stopSignal.slice(3)}`);
    },
    forget(pid) {
      watched.delete(pid);
      tell(`forget ${pid}`);
    },
  };
}

let watchdog: Watchdog | undefined;

/** One tiny shell process that stops whatever it watches when this process ends, even by `kill -9`. */
export function processWatchdog(): Watchdog {
  watchdog ??= startWatchdog();
  return watchdog;
}
