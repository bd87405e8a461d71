import { watchParent } from '../runtime/shutdown.ts';
import { describeError } from './describe-error.ts';

const repeatedSignalMs = 1_000;

/** Ctrl-C, a plain kill, a closed terminal and the death of the parent all end in the same orderly stop. */
export function stopOnSignals(options: { stopAll: () => Promise<void>; say: (line: string) => void }): {
  stop: (reason: string, exitCode: number) => Promise<never>;
  isStopping: () => boolean;
} {
  let stopping: Promise<never> | undefined;
  let stoppingSince = 0;

  async function run(reason: string, exitCode: number): Promise<never> {
    options.say(reason);
    try {
      await options.stopAll();
    } catch (error) {
      options.say(`Stopping failed: ${describeError(error)}`);
      process.exit(1);
    }
    process.exit(exitCode);
  }

  function stop(reason: string, exitCode: number): Promise<never> {
    if (stopping === undefined) {
      stoppingSince = performance.now();
      stopping = run(reason, exitCode);
    }
    return stopping;
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C means now: the watchdog stops what is left. The first one may arrive twice, from terminal and parent.
      const isSecond = stopping !== undefined && performance.now() - stoppingSince > repeatedSignalMs;
      if (isSecond && signal === 'SIGINT') process.exit(130);
      void stop('Stopping …', 0);
    });
  }
  watchParent(() => void stop('The process that started this one is gone: stopping …', 1));
  return { stop, isStopping: () => stopping !== undefined };
}
