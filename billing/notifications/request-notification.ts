import { newId } from '../../db/new-id.ts';
import { insertOutbox } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { toIso } from '../../domain/instant.ts';
import type { Origin } from '../context.ts';
import { shardOf } from '../subscription-work/flush.ts';

/** A notice about no one subscription: the senders of the tenant's own are told, in its transaction. */
export async function requestNotification(
  tx: TenantTransaction,
  notice: { origin: Origin; kind: string; details: Record<string, unknown> },
): Promise<void> {
  const { tenantId } = tx;
  const id = newId('event');
  const topic = 'notifications.requested';
  await insertOutbox(tx, [
    {
      ...{ tenantId, id, topic, shard: shardOf(tenantId), messageKey: tenantId, subscriptionId: null, sequence: null },
      envelope: {
        ...{ id, type: topic, version: 1, tenant_id: tenantId, subscription_id: null, sequence: null },
        occurred_at: toIso(tx.now),
        origin: notice.origin,
        data: { kind: notice.kind, details: notice.details },
      },
    },
  ]);
}
