import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { TenantTransaction } from '../with-tenant.ts';

async function exists(tx: TenantTransaction, id: SubscriptionId): Promise<boolean> {
  const rows = await tx.sql`select 1 from subscriptions where tenant_id = ${tx.tenantId} and id = ${id}`;
  return rows.length > 0;
}

export interface TimelineEntry {
  at: Instant;
  action: string;
  actor: string;
  planId: string;
  planName: string;
  details: Record<string, unknown>;
}

/** Null when the tenant has no such subscription. */
export async function listTimeline(tx: TenantTransaction, id: SubscriptionId): Promise<TimelineEntry[] | null> {
  const rows = await tx.sql<TimelineEntry[]>`
    select l.at, l.action, l.actor, l.plan_id, p.name as plan_name, l.details
    from timeline l join plans p on p.tenant_id = l.tenant_id and p.id = l.plan_id
    where l.tenant_id = ${tx.tenantId} and l.subscription_id = ${id} order by l.id`;
  if (rows.length === 0 && !(await exists(tx, id))) return null;
  return [...rows];
}

/** Envelopes in sequence order, one more than `limit`; null when the tenant has no such subscription. */
export async function listEvents(
  tx: TenantTransaction,
  id: SubscriptionId,
  page: { after: number; limit: number },
): Promise<unknown[] | null> {
  const rows = await tx.sql<{ envelope: unknown }[]>`
    select envelope from outbox
    where tenant_id = ${tx.tenantId} and subscription_id = ${id} and sequence > ${page.after}
    order by sequence limit ${page.limit + 1}`;
  if (rows.length === 0 && !(await exists(tx, id))) return null;
  return rows.map(({ envelope }) => envelope);
}
