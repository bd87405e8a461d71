import { setTimeout as delay } from 'node:timers/promises';

const firstMs = 20;

/** Asks PostgreSQL, less and less often down to every `mostMs`, until it says yes or the time is up. */
export async function pollUntil(withinMs: number, isSo: () => Promise<boolean>, mostMs = 250): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let waitMs = firstMs; ; waitMs = Math.min(mostMs, waitMs * 1.5)) {
    if (await isSo()) return true;
    if (performance.now() + waitMs > until) return false;
    await delay(waitMs);
  }
}
