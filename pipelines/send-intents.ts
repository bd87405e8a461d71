import type { SubscriptionEngine } from '../adapters/engine/port.ts';
import type { OwedIntent } from '../billing/context.ts';
import type { Sql } from '../db/database.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { refOf, rowIdOf } from '../domain/workflow-ref.ts';
import { registerCounter } from '../runtime/metrics.ts';
import { pause } from '../runtime/pause.ts';
import { type Delivery, deliverWake } from './deliver-wake.ts';
import { createIntentSettler } from './settle-intents.ts';

const waitingMaxPerLane = 8;
/** Wakes that only refresh what the engine shows: so many at once, then so many a second; the relay makes one of a minute's. */
const refreshBurst = 20;
const refreshesPerSecond = 1;

const sent = registerCounter({
  name: 'redcore_intents_sent_total',
  help: 'Starts and wakes sent right after their commit; what is not accepted, the relay sends',
  labels: ['outcome'],
});

type Owed = Delivery & { ids: string[]; onlyRefreshes: boolean };

export interface IntentSender {
  /** Returns at once and never throws. */
  sendIntents(intents: readonly OwedIntent[]): void;
  /** Takes nothing more; resolves when all is sent, or when the time is over and the rest is the relay's. */
  drain(timeoutMs: number): Promise<void>;
}

/** Sends what a commit owes to the engine, off the request's path. Whatever fails or does not fit stays in its row for the relay. */
export function createIntentSender(parts: {
  database: TenantDatabase;
  system: Sql;
  engine: SubscriptionEngine;
  concurrency: number;
}): IntentSender {
  const { concurrency } = parts;
  const settler = createIntentSettler(parts.system);
  const waiting: Owed[] = [];
  const inFlight = new Set<Promise<void>>();
  const mayRefresh = createAllowance(refreshBurst, refreshesPerSecond);
  let isDraining = false;

  function pump(): void {
    while (inFlight.size < concurrency) {
      const owed = waiting.shift();
      if (owed === undefined) return;
      const delivery = deliver(owed).finally(() => {
        inFlight.delete(delivery);
        pump();
      });
      inFlight.add(delivery);
    }
  }

  async function deliver(owed: Owed): Promise<void> {
    try {
      await deliverWake(parts, owed);
    } catch {
      // The relay tries again, and records the engine's error in the row if it persists.
      sent.inc({ outcome: 'failed' });
      return;
    }
    sent.inc({ outcome: 'accepted' });
    settler.settle(owed.ids.map((id) => ({ tenantId: owed.tenantId, id })));
  }

  return {
    sendIntents(intents) {
      for (const owed of byWorkflow(intents)) {
        if (isDraining || waiting.length >= concurrency * waitingMaxPerLane) sent.inc({ outcome: 'dropped' });
        else if (owed.onlyRefreshes && !mayRefresh()) sent.inc({ outcome: 'left' });
        else waiting.push(owed);
      }
      pump();
    },
    async drain(timeoutMs) {
      isDraining = true;
      const timeIsOver = new AbortController();
      const finish = async (): Promise<void> => {
        while (inFlight.size > 0) await Promise.race(inFlight);
        await settler.flush();
        timeIsOver.abort();
      };
      await Promise.race([finish(), pause(timeoutMs, timeIsOver.signal)]);
    },
  };
}

function byWorkflow(intents: readonly OwedIntent[]): Owed[] {
  const owed = Map.groupBy(intents, (intent) => `${intent.tenantId}/${rowIdOf(intent)}`);
  return [...owed.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const kinds = new Set(group.map(({ kind }) => kind));
    return {
      ...refOf(first),
      tenantId: first.tenantId,
      needsStart: kinds.has('start'),
      needsWake: kinds.has('wake'),
      ids: group.map(({ id }) => id),
      onlyRefreshes: group.every(({ onlyRefreshes }) => onlyRefreshes === true),
    };
  });
}

/** True while there is some left of what comes back at that rate. */
function createAllowance(max: number, perSecond: number): () => boolean {
  let left = max;
  let countedAt = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(max, left + ((now - countedAt) / SECOND_MS) * perSecond);
    countedAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
