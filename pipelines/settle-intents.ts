import type { Sql } from '../db/database.ts';
import { type IntentKey, settleIntents } from '../db/queries/intents.ts';
import { registerCounter } from '../runtime/metrics.ts';
import { pause } from '../runtime/pause.ts';

/** Deletions wait for one another: those of all tenants go in one statement. */
const settleAfterMs = 100;

const failures = registerCounter({
  name: 'redcore_intents_settle_failures_total',
  help: 'Deletions of accepted intents that failed: the relay sends those once more, which changes nothing',
});

export interface IntentSettler {
  /** The engine has accepted these. Returns at once. */
  settle(keys: readonly IntentKey[]): void;
  flush(): Promise<void>;
}

export function createIntentSettler(system: Sql): IntentSettler {
  let accepted: IntentKey[] = [];
  const underWay = new Set<Promise<void>>();
  const isFlushing = new AbortController();

  async function deleteAccepted(): Promise<void> {
    await pause(settleAfterMs, isFlushing.signal);
    const keys = accepted;
    accepted = [];
    await settleIntents(system, keys).catch(() => failures.inc());
  }

  return {
    settle(keys) {
      const isDue = accepted.length > 0;
      accepted.push(...keys);
      if (isDue) return;
      const deletion = deleteAccepted().finally(() => underWay.delete(deletion));
      underWay.add(deletion);
    },
    async flush() {
      isFlushing.abort();
      while (underWay.size > 0) await Promise.race(underWay);
    },
  };
}
