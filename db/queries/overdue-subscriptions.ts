import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Transaction } from '../database.ts';

export interface OverdueSubscription {
  tenantId: TenantId;
  id: SubscriptionId;
  nextKind: string;
  nextAt: Instant;
  wakeAt: Instant;
  now: Instant;
}

/** Rows with something pending that nobody has been awake for, oldest first, whatever was promised; not those already owed a wake. */
export function findOverdue(sql: Transaction, limit: number): Promise<OverdueSubscription[]> {
  return sql<OverdueSubscription[]>`
    select tenant_id, id, next_kind, next_at, wake_at, now() as now from subscriptions s
    where wake_at < now() - interval '5 minutes' and wake_at < 'infinity' and parked_at is null
      and not exists (select 1 from intents i where i.tenant_id = s.tenant_id and i.subscription_id = s.id)
    order by wake_at
    limit ${limit}`;
}

/**
 * The same of payments without a subscription and of refunds, owed a wake after `delayMs`: no event is about them. In one
 * transaction of the system role; resolves to how many there were.
 */
export async function noteOverdueCarriers(
  sql: Transaction,
  options: { limit: number; delayMs: number; newId: () => string },
): Promise<number> {
  const overdue = await sql<{ tenantId: TenantId; id: string; now: Instant }[]>`
    select tenant_id, id, now() as now from carriers c
    where wake_at < now() - interval '5 minutes' and wake_at < 'infinity' and parked_at is null
      and not exists (select 1 from intents i where i.tenant_id = c.tenant_id and i.carrier_id = c.id)
    order by wake_at
    limit ${options.limit}`;
  if (overdue.length === 0) return 0;
  const rows = overdue.map(({ tenantId, id, now }) => ({
    ...{ tenantId, id: options.newId(), carrierId: id, kind: 'overdue', dueAt: now + options.delayMs },
  }));
  await sql`insert into intents ${sql(rows as never)}`;
  return overdue.length;
}

export interface OverdueNotice extends OverdueSubscription {
  intentId: string;
  event: { id: string; shard: number; topic: 'subscriptions.renew_required'; envelope: object };
}

/** In one transaction of the system role: a wake owed after `delayMs`, and the event that may bring it sooner. */
export async function noteOverdue(sql: Transaction, notices: readonly OverdueNotice[], delayMs: number): Promise<void> {
  if (notices.length === 0) return;
  await sql`insert into intents ${sql(
    notices.map((notice) => ({
      tenantId: notice.tenantId,
      id: notice.intentId,
      subscriptionId: notice.id,
      kind: 'overdue',
      dueAt: notice.now + delayMs,
    })) as never,
  )}`;
  await sql`insert into outbox ${sql(
    notices.map((notice) => ({
      tenantId: notice.tenantId,
      ...notice.event,
      messageKey: notice.id,
      subscriptionId: notice.id,
    })) as never,
  )}`;
}
