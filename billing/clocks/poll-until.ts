import { setTimeout as delay } from 'node:timers/promises';

const firstMs = 20;
const lastMs = 250;

/** Asks PostgreSQL, less and less often, until it says yes or the time is up. */
export async function pollUntil(withinMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let waitMs = firstMs; ; waitMs = Math.min(lastMs, waitMs * 1.5)) {
    if (await isSo()) return true;
    if (performance.now() + waitMs > until) return false;
    await delay(waitMs);
  }
}
