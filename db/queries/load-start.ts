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

/** The same of a payment without a subscription, or of a refund. */
export interface CarrierStartRow {
  kind: 'payment' | 'refund';
  customerId: string;
  /** Of the payment or refund. */
  status: string;
  amountMinor: number;
  currency: string;
  parkedAt: Instant | null;
  hasOpenWork: boolean;
  nextKind: string;
  nextAt: Instant;
  wakeAt: Instant;
  lastResult: string;
  now: Instant;
}

/** Null when the tenant has no such carrier. */
export async function loadCarrierStart(
  database: TenantDatabase,
  tenantId: TenantId,
  id: string,
): Promise<CarrierStartRow | null> {
  const [row] = await readAsTenant(
    database,
    tenantId,
    (sql) => sql<CarrierStartRow[]>`
      select c.kind, c.customer_id, coalesce(r.status, p.status) as status,
             coalesce(r.amount_minor, p.amount_minor) as amount_minor, coalesce(r.currency, p.currency) as currency,
             c.parked_at, c.has_open_work, c.next_kind, c.next_at, c.wake_at, c.last_result,
             date_trunc('milliseconds', clock_timestamp()) as now
      from carriers c
      left join refunds r on r.tenant_id = c.tenant_id and r.id = c.refund_id
      left join payments p on p.tenant_id = c.tenant_id and p.id = c.payment_id
      where c.tenant_id = ${tenantId} and c.id = ${id}`,
  );
  if (row === undefined) return null;
  return database.clock ? { ...row, now: await database.clock() } : row;
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
