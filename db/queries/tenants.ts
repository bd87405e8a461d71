import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { TenantSettings, TenantStatus } from './load-subscription.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export type TenantMode = 'sandbox' | 'live';

/** What an operator may limit. */
export const limitNames = [
  'requests_per_second',
  'concurrent_requests',
  'subscriptions',
  'plans',
  'api_keys',
  'users',
] as const;
export type LimitName = (typeof limitNames)[number];
export type TenantLimits = Partial<Record<LimitName, number>>;

export interface TenantRow {
  tenantId: TenantId;
  name: string;
  mode: TenantMode;
  status: TenantStatus;
  statusReason: string | null;
  pairId: TenantId | null;
  settings: StoredSettings;
  limits: TenantLimits;
  createdAt: Instant;
  updatedAt: Instant;
  exportedAt: Instant | null;
  deletionRequestedAt: Instant | null;
  deleteAfter: Instant | null;
  exportWaived: boolean;
}

/** Beside the policy of billing what is shown to people. */
export interface StoredSettings extends TenantSettings {
  supportUrl?: string;
  helpUrl?: string;
  locale?: string;
  timezone?: string;
}

/** As the app role only its own. */
export async function findTenant(sql: Sql | Transaction, id: TenantId): Promise<TenantRow | null> {
  const [row] = await sql<TenantRow[]>`select * from tenants where tenant_id = ${id}`;
  return row ?? null;
}

export async function lockTenant(sql: Transaction, id: TenantId): Promise<TenantRow | null> {
  const [row] = await sql<TenantRow[]>`select * from tenants where tenant_id = ${id} for update`;
  return row ?? null;
}

export interface TenantFilters {
  status: TenantStatus | null;
  mode: TenantMode | null;
  /** Within the name. */
  text: string | null;
}

/** Newest first, across tenants: as the system role. */
export async function listTenants(sql: Sql, filters: TenantFilters, page: PageRequest): Promise<Page<TenantRow>> {
  const { status, mode, text } = filters;
  const like = text === null ? null : `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  const rows = await sql<TenantRow[]>`
    select * from tenants
    where (${status}::text is null or status = ${status})
      and (${mode}::text is null or mode = ${mode})
      and (${like}::text is null or name ilike ${like})
      and (${page.beforeId}::text is null or tenant_id < ${page.beforeId})
    order by tenant_id desc limit ${page.limit + 1}`;
  return pageFrom(rows, page.limit);
}

export async function insertTenant(
  sql: Transaction,
  tenant: Pick<TenantRow, 'tenantId' | 'name' | 'mode' | 'pairId' | 'limits'>,
): Promise<TenantRow> {
  const { tenantId, name, mode, pairId, limits } = tenant;
  const [row] = await sql<[TenantRow]>`
    insert into tenants (tenant_id, name, mode, pair_id, limits)
    values (${tenantId}, ${name}, ${mode}, ${pairId}, ${sql.json(limits)}) returning *`;
  await sql`insert into invoice_counters (tenant_id, last_number) values (${tenantId}, 0)`;
  return row;
}

type Administered =
  | 'name'
  | 'limits'
  | 'status'
  | 'statusReason'
  | 'deletionRequestedAt'
  | 'deleteAfter'
  | 'exportedAt'
  | 'exportWaived';

/** As the system role. */
export async function updateTenant(
  sql: Transaction,
  id: TenantId,
  changed: Partial<Pick<TenantRow, Administered>>,
): Promise<TenantRow> {
  const { limits, ...rest } = changed;
  const values = { ...rest, ...(limits ? { limits: sql.json(limits) } : {}) };
  const [row] = await sql<[TenantRow]>`
    update tenants set ${sql(values as never)}, updated_at = clock_timestamp() where tenant_id = ${id} returning *`;
  return row;
}

export interface TenantUsage {
  subscriptions: number;
  plans: number;
  apiKeys: number;
  users: number;
}

/** What counts against the limits; as the tenant. */
export function readUsage(sql: Sql | Transaction, tenantId: TenantId): PromiseLike<TenantUsage> {
  return sql<[TenantUsage]>`
    select (${countOf(sql, tenantId, 'subscriptions')}) as subscriptions, (${countOf(sql, tenantId, 'plans')}) as plans,
           (${countOf(sql, tenantId, 'api_keys')}) as api_keys, (${countOf(sql, tenantId, 'users')}) as users`.then(
    ([row]) => row,
  );
}

export type QuotaName = 'subscriptions' | 'plans' | 'api_keys' | 'users';

/** Live subscriptions, plans on offer, keys that open anything and have no successor, users with those invited. */
export function countOf(sql: Sql | Transaction, tenantId: TenantId, of: QuotaName) {
  switch (of) {
    case 'subscriptions':
      return sql`select count(*)::int from subscriptions
        where tenant_id = ${tenantId} and status not in ('canceled', 'expired', 'payment_failed')`;
    case 'plans':
      return sql`select count(*)::int from plans where tenant_id = ${tenantId} and status = 'active'`;
    case 'api_keys':
      return sql`select count(*)::int from api_keys where tenant_id = ${tenantId} and revoked_at is null and replaced_by is null
        and (expires_at is null or expires_at > clock_timestamp())`;
    case 'users':
      return sql`select (select count(*) from memberships where tenant_id = ${tenantId})::int + (
        select count(*) from invitations
        where tenant_id = ${tenantId} and status = 'open' and expires_at > clock_timestamp())::int as count`;
    default:
      return of satisfies never;
  }
}

/** What a tenant may change of itself. */
export async function updateOwnTenant(
  { sql, tenantId }: TenantTransaction,
  changed: Pick<TenantRow, 'name' | 'settings'>,
): Promise<void> {
  const { name, settings } = changed;
  await sql`update tenants set name = ${name}, settings = ${sql.json(settings as never)}, updated_at = clock_timestamp()
    where tenant_id = ${tenantId}`;
}

/** The tenant's own wish to go; false where it is not active. */
export async function askForDeletion(
  { sql }: TenantTransaction,
  asked: { reason: string; deleteAfter: Instant; exportWaived: boolean },
): Promise<boolean> {
  const { reason, deleteAfter, exportWaived } = asked;
  const [row] = await sql<{ isAsked: boolean }[]>`
    select request_tenant_deletion(${reason}, ${deleteAfter}, ${exportWaived}) as is_asked`;
  return row?.isAsked ?? false;
}
