import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from './describe-error.ts';

/** Polls until `probe` resolves; rejects with what is awaited and the last reason once the time is up or `abort` says why. */
export async function waitUntil(options: {
  what: string;
  probe: () => Promise<unknown>;
  timeoutMs: number;
  intervalMs?: number;
  abort?: () => string | undefined;
}): Promise<void> {
  const { what, probe, timeoutMs, intervalMs = 100, abort } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const reason = abort?.();
    if (reason !== undefined) throw new Error(reason);
    try {
      await probe();
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        const last = describeError(error);
        throw new Error(`${what} was not ready within ${Math.round(timeoutMs / 1000)} s (${last})`, { cause: error });
      }
    }
    await delay(intervalMs);
  }
}
