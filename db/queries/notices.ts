import type { Topic } from '../../contracts/events/index.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import { newId } from '../new-id.ts';
import { shardOf } from '../outbox-shard.ts';

/** What the senders of a tenant are asked to tell somebody, about no one subscription. */
export interface Notice {
  tenantId: TenantId;
  at: Instant;
  origin: 'workflow' | 'api' | 'webhook' | 'reconciler';
  kind: string;
  details: Record<string, unknown>;
}

/** In the transaction of what it tells of. */
export function insertNotice(sql: Sql | Transaction, notice: Notice): PromiseLike<unknown> {
  const { tenantId, at, origin, kind, details } = notice;
  const id = newId('event');
  const topic: Topic = 'notifications.requested';
  const row = {
    ...{ tenantId, id, topic, shard: shardOf(tenantId), messageKey: tenantId, subscriptionId: null, sequence: null },
    envelope: {
      ...{ id, type: topic, version: 1, tenant_id: tenantId, subscription_id: null, sequence: null },
      ...{ occurred_at: toIso(at), origin, data: { kind, details } },
    },
  };
  return sql`insert into outbox ${sql(row as never)}`.execute();
}
