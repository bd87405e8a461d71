import type { Permission } from '../../domain/access/permissions.ts';
import { type BuiltInRole, builtInRoles, rolePermissions } from '../../domain/access/roles.ts';
import type { ApiKeyId, OauthClientId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import { type TenantDatabase, type TenantTransaction, withTenant } from '../with-tenant.ts';
import { writeAudit } from './audit-log.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface ApiKeyRow {
  tenantId: TenantId;
  id: ApiKeyId;
  /** HMAC, hex; of the key's own secret there is nothing. */
  secretHash: string;
  /** Who made it. */
  owner: string;
  name: string | null;
  role: string;
  scopes: Permission[] | null;
  createdAt: Instant;
  lastUsedAt: Instant | null;
  expiresAt: Instant | null;
  replacedBy: ApiKeyId | null;
  revokedAt: Instant | null;
}

/** With what it opens now. */
export type ReadApiKey = ApiKeyRow & { mode: 'sandbox' | 'live'; status: 'active' | 'expired' | 'revoked' };

const selectKeys = (sql: Sql | Transaction) => sql`
  select k.*, t.mode,
         case when k.revoked_at is not null then 'revoked' when k.expires_at <= clock_timestamp() then 'expired'
              else 'active' end as status
  from api_keys k join tenants t on t.tenant_id = k.tenant_id`;

export function findApiKey(sql: Sql | Transaction, id: ApiKeyId): Promise<ReadApiKey | null> {
  return sql<ReadApiKey[]>`${selectKeys(sql)} where k.id = ${id}`.then(([row]) => row ?? null);
}

/** Under its lock until the commit. */
export async function lockApiKey(tx: TenantTransaction, id: ApiKeyId): Promise<ReadApiKey | null> {
  const [row] = await tx.sql<ReadApiKey[]>`${selectKeys(tx.sql)} where k.id = ${id} for update of k`;
  return row ?? null;
}

export function listApiKeys(sql: Sql, page: PageRequest): Promise<Page<ReadApiKey>> {
  return sql<ReadApiKey[]>`${selectKeys(sql)} where true
    ${page.beforeId === null ? sql`` : sql`and k.id < ${page.beforeId}`}
    order by k.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function insertApiKey(tx: TenantTransaction, row: ApiKeyRow): Promise<void> {
  await tx.sql`insert into api_keys ${tx.sql(row as never)}`;
}

export async function updateApiKey(
  tx: TenantTransaction,
  id: ApiKeyId,
  changes: Partial<Pick<ApiKeyRow, 'name' | 'scopes' | 'expiresAt' | 'replacedBy' | 'revokedAt'>>,
): Promise<void> {
  await tx.sql`update api_keys set ${tx.sql(changes as never)} where tenant_id = ${tx.tenantId} and id = ${id}`;
}

/** Only forward, since several processes note uses; the first of a key is audited. */
export async function noteKeyUses(
  database: TenantDatabase,
  tenantId: TenantId,
  uses: ReadonlyMap<ApiKeyId, Instant>,
): Promise<void> {
  const ids = [...uses.keys()];
  const instants = [...uses.values()].map((at) => new Date(at).toISOString());
  await withTenant(database, tenantId, async ({ sql }) => {
    const noted = await sql<{ id: ApiKeyId; isFirst: boolean }[]>`
      with unused as (
        select id from api_keys
        where tenant_id = ${tenantId} and id = any(${ids as string[]}::text[]) and last_used_at is null for update)
      update api_keys k set last_used_at = u.used_at
      from unnest(${ids as string[]}::text[], ${instants}::timestamptz[]) as u (id, used_at)
      where k.tenant_id = ${tenantId} and k.id = u.id and (k.last_used_at is null or k.last_used_at < u.used_at)
      returning k.id, k.id in (select id from unused) as is_first`;
    for (const { id } of noted.filter(({ isFirst }) => isFirst)) {
      const action = 'api_key.first_used';
      await writeAudit(sql, { tenantId, actor: id, action, resourceId: id, requestId: null, details: {} });
    }
  });
}

const administers = 'api_keys:write' satisfies Permission;
const administering: readonly BuiltInRole[] = builtInRoles.filter((role) => rolePermissions[role].has(administers));

/**
 * Whether anybody can still make keys, but for this key or client where one is named: a member, or a key or client without an end.
 * Whoever asks holds the tenant's lock, so that two who leave do not each count on the other.
 */
export async function isAdministered(
  tx: TenantTransaction,
  without: ApiKeyId | OauthClientId | null,
): Promise<boolean> {
  const { sql, tenantId } = tx;
  const id = without ?? 'none';
  const [row] = await sql<[{ isAdministered: boolean }]>`
    with roles as (
      select unnest(${administering as string[]}::text[]) as role
      union all select id from custom_roles where tenant_id = ${tenantId} and ${administers} = any(permissions))
    select exists (select 1 from memberships where tenant_id = ${tenantId} and role in (select role from roles))
        or exists (select 1 from api_keys where tenant_id = ${tenantId} and id <> ${id} and revoked_at is null
                   and expires_at is null and role in (select role from roles)
                   and (scopes is null or ${administers} = any(scopes)))
        or exists (select 1 from oauth_clients where tenant_id = ${tenantId} and id <> ${id} and revoked_at is null
                   and 'client_credentials' = any(grant_types) and role in (select role from roles)
                   and (scopes is null or ${administers} = any(scopes))) as is_administered`;
  return row.isAdministered;
}
