import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Price } from '../../domain/pricing/price.ts';
import type { SubscriptionStatus } from '../../domain/subscriptions/subscription.ts';
import { readAsTenant, type TenantDatabase } from '../with-tenant.ts';

/** What a workflow is started with and shows before it has run once. */
export interface StartRow {
  status: SubscriptionStatus;
  collection: 'normal' | 'dunning';
  customerId: string;
  planId: string;
  planName: string;
  model: Price['model'];
  amountMinor: number;
  currency: string;
  quantity: number;
  timezone: string;
  periodEndAt: Instant | null;
  cancelAt: Instant | null;
  parkedAt: Instant | null;
  hasOpenWork: boolean;
  nextKind: string;
  nextAt: Instant;
  wakeAt: Instant;
  lastResult: string;
  now: Instant;
}

/** Null when the tenant has no such subscription. */
export async function loadStart(
  database: TenantDatabase,
  tenantId: TenantId,
  id: SubscriptionId,
): Promise<StartRow | null> {
  const [row] = await readAsTenant(
    database,
    tenantId,
    (sql) => sql<StartRow[]>`
      select s.status, s.collection, s.customer_id, s.plan_id, p.name as plan_name, r.model, r.amount_minor, s.currency,
             s.quantity, s.timezone, s.period_end_at, s.cancel_at, s.parked_at, s.has_open_work, s.next_kind, s.next_at,
             s.wake_at, s.last_result, date_trunc('milliseconds', clock_timestamp()) as now
      from subscriptions s
      join plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
      join prices r on r.tenant_id = s.tenant_id and r.id = s.price_id
      where s.tenant_id = ${tenantId} and s.id = ${id}`,
  );
  if (row === undefined) return null;
  return database.clock ? { ...row, now: await database.clock() } : row;
}
