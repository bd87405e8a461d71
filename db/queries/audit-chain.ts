import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import { lockClasses } from './advisory-locks.ts';

/** Before hashes of the form in use. Those without it were made of the details themselves, when there were no addresses. */
export const digestedForm = 'v2.';

export interface AuditRow {
  tenantId: TenantId;
  id: string;
  at: Instant;
  actor: string;
  action: string;
  resourceId: string;
  requestId: string | null;
  ipAddress: string | null;
  details: Record<string, unknown>;
  /** Place in the tenant's chain, from 1, and the hash; null until sealed. */
  position: number | null;
  hash: string | null;
}

export interface AuditHead {
  tenantId: TenantId;
  position: number;
  hash: string;
}

/** Bounds what one look reads while a backlog is large. */
const oldestRowsMax = 2_000;

/** Tenants with rows that are not sealed, the longest waiting first; the platform's own scope is one of them. */
export async function listUnsealedTenants(system: Sql, except: readonly TenantId[]): Promise<TenantId[]> {
  const rows = await system<{ tenantId: TenantId }[]>`
    select tenant_id, min(at) as first_at from (
      select tenant_id, at from audit_log
      where position is null and tenant_id <> all(${except as TenantId[]}::text[])
      order by at limit ${oldestRowsMax}) oldest
    group by tenant_id order by first_at`;
  return rows.map(({ tenantId }) => tenantId);
}

/** One process seals at a time. Until the transaction's end; false while another process has it. */
export async function takeSealing(tx: Transaction): Promise<boolean> {
  const [row] = await tx<[{ taken: boolean }]>`select pg_try_advisory_xact_lock(${lockClasses.sealing}, 0) as taken`;
  return row.taken;
}

export async function readHead(sql: Sql | Transaction, tenantId: TenantId): Promise<AuditHead | null> {
  const [head] = await readHeads(sql, [tenantId]);
  return head ?? null;
}

export function readHeads(sql: Sql | Transaction, tenantIds: readonly TenantId[]): PromiseLike<AuditHead[]> {
  return sql<AuditHead[]>`
    select tenant_id, position, hash from audit_heads where tenant_id = any(${tenantIds as TenantId[]}::text[])`;
}

/** What has waited longest, of all tenants but those; of each tenant the oldest. */
export function listOldestUnsealed(
  tx: Transaction,
  except: readonly TenantId[],
  limit: number,
): PromiseLike<AuditRow[]> {
  return tx<AuditRow[]>`
    select * from audit_log where position is null and tenant_id <> all(${except as TenantId[]}::text[])
    order by at, id limit ${limit}`;
}

export function listUnsealed(tx: Transaction, tenantId: TenantId, limit: number): PromiseLike<AuditRow[]> {
  return tx<AuditRow[]>`
    select * from audit_log where tenant_id = ${tenantId} and position is null order by at, id limit ${limit}`;
}

export interface Seal {
  tenantId: TenantId;
  id: string;
  position: number;
  hash: string;
}

/** The rows' places and hashes with the new ends of their chains, a head for each tenant. */
export async function storeSeals(tx: Transaction, seals: readonly Seal[], heads: readonly AuditHead[]): Promise<void> {
  await tx`
    update audit_log set position = sealed.position, hash = sealed.hash
    from unnest(${seals.map(({ tenantId }) => tenantId)}::text[], ${seals.map(({ id }) => id)}::text[],
                ${seals.map(({ position }) => position)}::bigint[], ${seals.map(({ hash }) => hash)}::text[])
      as sealed(tenant_id, id, position, hash)
    where audit_log.tenant_id = sealed.tenant_id and audit_log.id = sealed.id`;
  await tx`
    insert into audit_heads (tenant_id, position, hash, sealed_at)
    select tenant_id, position, hash, clock_timestamp()
    from unnest(${heads.map(({ tenantId }) => tenantId)}::text[], ${heads.map(({ position }) => position)}::bigint[],
                ${heads.map(({ hash }) => hash)}::text[]) as head(tenant_id, position, hash)
    on conflict (tenant_id) do update
      set position = excluded.position, hash = excluded.hash, sealed_at = excluded.sealed_at`;
}

/** Whoever may have a chain; as the owner. */
export async function listAudited(sql: Sql, tenantId: TenantId | null): Promise<TenantId[]> {
  if (tenantId !== null) return [tenantId];
  const rows = await sql<{ tenantId: TenantId }[]>`
    select tenant_id from tenants union select tenant_id from audit_heads union select 'platform'
    union select tenant_id from audit_log where position is null order by 1`;
  return rows.map((row) => row.tenantId);
}

/** A chain from its first row to its last, a page at a time. */
export function readChain(tx: Transaction, tenantId: TenantId, pageSize: number): AsyncIterable<AuditRow[]> {
  return tx<AuditRow[]>`
    select * from audit_log where tenant_id = ${tenantId} and position is not null order by position`.cursor(pageSize);
}

/** The row that has waited longest to be sealed, if it is older than it may be, and how many are. */
export async function findLateUnsealed(
  tx: Transaction,
  tenantId: TenantId,
  toleratedMs: number,
): Promise<{ id: string; at: Instant; count: number } | null> {
  const [row] = await tx<{ id: string; at: Instant; count: number }[]>`
    select id, at, (count(*) over ())::int as count from audit_log
    where tenant_id = ${tenantId} and position is null and at < clock_timestamp() - ${toleratedMs} * interval '1 ms'
    order by at, id limit 1`;
  return row ?? null;
}

export async function measureUnsealed(system: Sql): Promise<number> {
  const [row] = await system<[{ seconds: number }]>`
    select coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 as seconds
    from audit_log where position is null`;
  return Math.max(0, row.seconds);
}
