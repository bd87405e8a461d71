import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export type Watchdog = {
  pid: number | undefined;
  watch(pid: number, stopSignal: NodeJS.Signals): void;
  forget(pid: number): void;
  /** To be called once nothing is left to watch. */
  dismiss(): void;
};

/** A tiny shell process that stops the watched processes when this one dies, even by `kill -9`. */
export function startWatchdog(): Watchdog {
  const watched = new Map<number, NodeJS.Signals>();
  let dismissed = false;
  let child: ChildProcess;

  function launch(): void {
    child = spawn('/bin/sh', [join(import.meta.dirname, 'watchdog.sh')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.unref();
    const stdin = child.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null;
    stdin?.unref?.();
    // The pipe breaks when the watchdog is killed; its exit is what gets handled.
    stdin?.on('error', () => undefined);
    child.once('exit', () => {
      if (!dismissed) launch();
    });
    for (const [pid, signal] of watched) tell(`watch ${pid} ${signal.slice(3)}`);
  }

  function tell(line: string): void {
    child.stdin?.write(`${line}\n`);
  }

  launch();
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
    dismiss() {
      dismissed = true;
      child.stdin?.end();
    },
  };
}
