import type { Sql } from '../../db/database.ts';
import { claimDueIntents, type DueIntent, postponeIntents, settleIntents } from '../../db/queries/intents.ts';
import type { TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import { type PollLoop, startPollLoop } from '../../runtime/poll-loop.ts';
import { type DeliveryParts, deliverWake } from '../deliver-wake.ts';

/** Longer than any delivery takes: only a relay that died leaves an intent taken. */
const leaseMs = 30_000;
const backOffBaseMs = 1_000;
const backOffMaxMs = 30_000;

const relayed = registerCounter({
  name: 'redcore_relay_intents_total',
  help: 'Starts and wakes sent by the relay',
  labels: ['outcome'],
});

export interface IntentRelayParts extends DeliveryParts {
  system: Sql;
  logger: Logger;
  /** Workflows delivered to side by side. */
  concurrency: number;
}

/** Sends what is due and nobody else has sent. Any number of relays: each intent is taken by one of them at a time. */
export function startIntentRelay(parts: IntentRelayParts): PollLoop {
  const { concurrency } = parts;
  const inFlight = new Set<Promise<void>>();
  const loop = startPollLoop({
    delayMinMs: 100,
    delayMaxMs: 500,
    onError: (error) => parts.logger.error({ err: error }, 'due intents could not be read'),
    async tick() {
      while (inFlight.size > concurrency / 2) await Promise.race(inFlight);
      const limit = concurrency - inFlight.size;
      const due = await claimDueIntents(parts.system, { limit, leaseMs });
      for (const group of Map.groupBy(
        due,
        ({ tenantId, subscriptionId, carrierId }) => `${tenantId}/${subscriptionId ?? carrierId}`,
      ).values()) {
        const delivery = relay(parts, group).finally(() => inFlight.delete(delivery));
        inFlight.add(delivery);
      }
      if (due.length === 0) return 'none';
      return due.length >= limit ? 'more' : 'some';
    },
  });
  return {
    async stop() {
      await loop.stop();
      await Promise.all(inFlight);
    },
  };
}

/** All intents of one workflow that were due together. Never rejects: its failure is its own. */
async function relay(parts: IntentRelayParts, intents: readonly DueIntent[]): Promise<void> {
  const [first] = intents as [DueIntent];
  const ref = refOfIntent(first);
  const needsStart = intents.some(({ kind }) => kind === 'start');
  const needsWake = intents.some(
    ({ kind, isStillOverdue }) => kind === 'wake' || (kind === 'overdue' && isStillOverdue),
  );
  try {
    if (needsStart || needsWake) await deliverWake(parts, { ...ref, needsStart, needsWake });
    await settleIntents(parts.system, intents);
    relayed.inc({ outcome: needsStart || needsWake ? 'accepted' : 'moved_on' }, intents.length);
  } catch (error) {
    relayed.inc({ outcome: 'failed' }, intents.length);
    parts.logger.warn({ err: error, ...ref, tries: first.tries }, 'a wake was not accepted');
    await postpone(parts, intents, error);
  }
}

function refOfIntent({
  tenantId,
  subscriptionId,
  carrierId,
  carries,
}: DueIntent): WorkflowRef & { tenantId: TenantId } {
  if (subscriptionId !== null) return { tenantId, subscriptionId };
  invariant(carrierId !== null && carries !== null, 'an intent is for a subscription or a carrier');
  return { tenantId, carrierId, carries };
}

async function postpone(parts: IntentRelayParts, intents: readonly DueIntent[], error: unknown): Promise<void> {
  const tries = Math.max(...intents.map((intent) => intent.tries));
  const backOffMs = Math.min(backOffMaxMs, backOffBaseMs * 2 ** Math.min(tries - 1, 10));
  // Spread, so that an engine that comes back is not met by all of them at once.
  const delayMs = Math.round(backOffMs * (0.5 + Math.random() / 2));
  try {
    await postponeIntents(parts.system, intents, {
      delayMs,
      error: (error instanceof Error ? error.message : String(error)).slice(0, 500),
    });
  } catch (failure) {
    parts.logger.warn({ err: failure }, 'a wake stays taken until its lease ends');
  }
}
