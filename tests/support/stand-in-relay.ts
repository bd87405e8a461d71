import type { BillingContext } from '../../billing/context.ts';
import type { Sql } from '../../db/database.ts';
import type { OutboxRow } from '../../db/queries/unpublished.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createEventHandler, forwardedTopics } from '../../pipelines/forwarder/handle-event.ts';
import { checkOutboxRow } from '../../pipelines/relay/event-messages.ts';
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
  const rows = await owner<OutboxRow[]>`
    select tenant_id, id, shard, topic, message_key, envelope, created_at from outbox
    where tenant_id = ${tenantId} and published_at is null order by message_key, sequence, id`;
  const handleEvent = createEventHandler(context, { askedMaxPerProvider: 10 });
  for (const row of rows) {
    const { id, topic } = row;
    const checked = checkOutboxRow(row);
    if (checked.kind === 'invalid') throw new Error(`${topic} would be dead-lettered: ${checked.reason}`);
    await owner`update outbox set published_at = now() where tenant_id = ${tenantId} and id = ${id}`;
    if (!(forwardedTopics as readonly string[]).includes(topic)) continue;
    await handleEvent(checked.message as never);
  }
}
