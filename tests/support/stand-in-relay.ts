import type { BillingContext } from '../../billing/context.ts';
import type { Sql } from '../../db/database.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createEventHandler, forwardedTopics } from '../../pipelines/forwarder/handle-event.ts';
import { pause } from '../../runtime/pause.ts';

export interface StandInRelay {
  /** While the broker is away nothing is acknowledged, and nothing is lost. */
  isAway: boolean;
  stop(): Promise<void>;
}

/** The way of one tenant's events round the broker, without one: read from the outbox, handled as the forwarder does, marked. */
export function startStandInRelay(owner: Sql, context: BillingContext, tenantId: TenantId): StandInRelay {
  const stopping = new AbortController();
  const relay: StandInRelay = {
    isAway: false,
    async stop() {
      stopping.abort();
      await running;
    },
  };
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (!relay.isAway) await relayAll(owner, context, tenantId);
      await pause(20, stopping.signal);
    }
  }
  const running = run();
  return relay;
}

/** Everything that waits. */
export async function relayAll(owner: Sql, context: BillingContext, tenantId: TenantId): Promise<void> {
  const rows = await owner<{ id: string; topic: string; messageKey: string; envelope: unknown }[]>`
    select id, topic, message_key, envelope from outbox where tenant_id = ${tenantId} and published_at is null
    order by message_key, sequence, id`;
  const handleEvent = createEventHandler(context, { askedMaxPerProvider: 10 });
  for (const { id, topic, messageKey, envelope } of rows) {
    await owner`update outbox set published_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    if (!(forwardedTopics as readonly string[]).includes(topic)) continue;
    await handleEvent({ topic, key: messageKey, value: JSON.stringify(envelope) } as never);
  }
}
