import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export interface ClockReading {
  now: Instant;
  advancing: boolean;
  target: Instant | null;
}

/** Those of parked subscriptions stand still until somebody repairs them, and hold up nobody else. */
const movingClocks = (sql: Transaction, tenantId: TenantId) => sql`(
  select k.target_at from test_clocks k
  left join subscriptions s on s.tenant_id = k.tenant_id and s.id = k.subscription_id
  where k.tenant_id = ${tenantId} and k.target_at is not null and s.parked_at is null) moving`;

/** A subscription's clock, or the tenant's (advancing while any of its subscriptions is). Null: no such subscription. */
export async function readClock(tx: TenantTransaction, id: SubscriptionId | null): Promise<ClockReading | null> {
  const { sql, tenantId } = tx;
  if (id !== null) {
    const [row] = await sql<{ frozenAt: Instant | null; targetAt: Instant | null }[]>`
      select k.frozen_at, k.target_at from subscriptions s
      left join test_clocks k on k.tenant_id = s.tenant_id and k.scope = s.id
      where s.tenant_id = ${tenantId} and s.id = ${id}`;
    return row ? { now: row.frozenAt ?? tx.now, advancing: row.targetAt !== null, target: row.targetAt } : null;
  }
  const [row] = await sql<[{ frozenAt: Instant | null; targetAt: Instant | null }]>`
    select (select frozen_at from test_clocks where tenant_id = ${tenantId} and scope = 'tenant') as frozen_at,
           (select max(target_at) from ${movingClocks(sql, tenantId)}) as target_at`;
  return { now: row.frozenAt ?? tx.now, advancing: row.targetAt !== null, target: row.targetAt };
}

/** Serialises advances of one tenant: the second waits here, and then sees the first. */
export async function lockTenantClock(
  tx: TenantTransaction,
): Promise<{ mode: 'sandbox' | 'live'; frozenAt: Instant | null; advancing: boolean }> {
  const { sql, tenantId } = tx;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`clock:${tenantId}`}, 0))`;
  const [row] = await sql<[{ mode: 'sandbox' | 'live'; frozenAt: Instant | null; advancing: boolean }]>`
    select t.mode, k.frozen_at,
           exists (select 1 from ${movingClocks(sql, tenantId)}) as advancing
    from tenants t left join test_clocks k on k.tenant_id = t.tenant_id and k.scope = 'tenant'
    where t.tenant_id = ${tenantId}`;
  return row;
}

/** Where the tenant's clock stands once it was moved: until this transaction ends no advance moves it on. */
export async function holdTenantClock({ sql, tenantId }: TenantTransaction): Promise<Instant> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`clock:${tenantId}`}, 0))`;
  const [row] = await sql<{ frozenAt: Instant }[]>`
    select frozen_at from test_clocks where tenant_id = ${tenantId} and scope = 'tenant'`;
  invariant(row, `the clock of ${tenantId} was moved`);
  return row.frozenAt;
}

export async function saveTenantClock({ sql, tenantId }: TenantTransaction, frozenAt: Instant): Promise<void> {
  await sql`insert into test_clocks (tenant_id, scope, frozen_at) values (${tenantId}, 'tenant', ${frozenAt})
    on conflict (tenant_id, scope) do update set frozen_at = excluded.frozen_at`;
}

/** Those not ended and not parked whose own time is before the target. */
export async function listSubscriptionsBehind(tx: TenantTransaction, target: Instant): Promise<SubscriptionId[]> {
  const { sql, tenantId } = tx;
  const rows = await sql<{ id: SubscriptionId }[]>`
    select s.id from subscriptions s left join test_clocks k on k.tenant_id = s.tenant_id and k.scope = s.id
    where s.tenant_id = ${tenantId} and s.status not in ('canceled', 'expired', 'payment_failed')
      and s.parked_at is null and k.target_at is null and coalesce(k.frozen_at, ${tx.now}) < ${target}
    order by s.id`;
  return rows.map(({ id }) => id);
}
