import { deleteIntents } from '../db/queries/intents.ts';
import { type TenantDatabase, withTenant } from '../db/with-tenant.ts';
import type { TenantId } from '../domain/ids.ts';
import { registerCounter } from '../runtime/metrics.ts';
import { pause } from '../runtime/pause.ts';

/** Deletions wait for one another: many intents of a tenant go in one transaction. */
const settleAfterMs = 100;

const failures = registerCounter({
  name: 'redcore_intents_settle_failures_total',
  help: 'Accepted intents that could not be deleted: the relay sends them once more, which changes nothing',
});

export interface IntentSettler {
  /** The engine has accepted these. Returns at once. */
  settle(tenantId: TenantId, ids: readonly string[]): void;
  flush(): Promise<void>;
}

export function createIntentSettler(database: TenantDatabase): IntentSettler {
  const accepted = new Map<TenantId, string[]>();
  const underWay = new Set<Promise<void>>();
  const isFlushing = new AbortController();
  let isDue = false;

  async function deleteAccepted(): Promise<void> {
    await pause(settleAfterMs, isFlushing.signal);
    isDue = false;
    const batches = [...accepted];
    accepted.clear();
    const deletions = batches.map(([tenantId, ids]) => withTenant(database, tenantId, (tx) => deleteIntents(tx, ids)));
    const results = await Promise.allSettled(deletions);
    failures.inc(results.filter(({ status }) => status === 'rejected').length);
  }

  return {
    settle(tenantId, ids) {
      accepted.set(tenantId, [...(accepted.get(tenantId) ?? []), ...ids]);
      if (isDue) return;
      isDue = true;
      const deletion = deleteAccepted().finally(() => underWay.delete(deletion));
      underWay.add(deletion);
    },
    async flush() {
      isFlushing.abort();
      while (underWay.size > 0) await Promise.race(underWay);
    },
  };
}
