import type { Permission } from '../../domain/access/permissions.ts';
import type { CustomRoleId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import { readAsTenant, type TenantDatabase, type TenantTransaction } from '../with-tenant.ts';

export interface CustomRoleRow {
  tenantId: TenantId;
  id: CustomRoleId;
  name: string;
  description: string | null;
  permissions: Permission[];
  createdAt: Instant;
  updatedAt: Instant;
}

/** The tenant is said again, because the identity role sees the roles of all. */
export function readCustomRolePermissions(
  database: TenantDatabase,
  tenantId: TenantId,
  id: CustomRoleId,
): Promise<Permission[] | null> {
  return readAsTenant(database, tenantId, (sql) =>
    sql<{ permissions: Permission[] }[]>`
      select permissions from custom_roles where tenant_id = ${tenantId} and id = ${id}`.then(
      ([row]) => row?.permissions ?? null,
    ),
  );
}

export function findCustomRole(sql: Sql | Transaction, id: CustomRoleId): Promise<CustomRoleRow | null> {
  return sql<CustomRoleRow[]>`select * from custom_roles where id = ${id}`.then(([row]) => row ?? null);
}

/** Some dozens at most; by name. */
export function listCustomRoles(sql: Sql): Promise<CustomRoleRow[]> {
  return sql<CustomRoleRow[]>`select * from custom_roles order by lower(name), id`.then((rows) => [...rows]);
}

export async function lockCustomRole(tx: TenantTransaction, id: CustomRoleId): Promise<CustomRoleRow | null> {
  const [row] = await tx.sql<CustomRoleRow[]>`select * from custom_roles where id = ${id} for update`;
  return row ?? null;
}

/** Held until the commit, so that nobody deletes a role while it is being given. */
export async function shareCustomRole(tx: TenantTransaction, id: CustomRoleId): Promise<CustomRoleRow | null> {
  const [row] = await tx.sql<CustomRoleRow[]>`select * from custom_roles where id = ${id} for share`;
  return row ?? null;
}

/** Of one name in whatever case: two that differ in nothing but that would be taken for each other. */
export async function findRoleOfName(tx: TenantTransaction, name: string): Promise<CustomRoleId | null> {
  const [row] = await tx.sql<{ id: CustomRoleId }[]>`select id from custom_roles where lower(name) = lower(${name})`;
  return row?.id ?? null;
}

export async function countCustomRoles(tx: TenantTransaction): Promise<number> {
  const [row] = await tx.sql<[{ count: number }]>`select count(*)::int as count from custom_roles`;
  return row.count;
}

export async function insertCustomRole(tx: TenantTransaction, row: CustomRoleRow): Promise<void> {
  await tx.sql`insert into custom_roles ${tx.sql(row as never)}`;
}

export async function updateCustomRole(tx: TenantTransaction, row: CustomRoleRow): Promise<void> {
  const { id, name, description, permissions, updatedAt } = row;
  await tx.sql`
    update custom_roles set ${tx.sql({ name, description, permissions, updatedAt } as never)}
    where tenant_id = ${tx.tenantId} and id = ${id}`;
}

export async function deleteCustomRole(tx: TenantTransaction, id: CustomRoleId): Promise<void> {
  await tx.sql`delete from custom_roles where tenant_id = ${tx.tenantId} and id = ${id}`;
}

/** By a member, a key or client that opens anything, or a place that is offered. */
export async function isRoleInUse(tx: TenantTransaction, id: CustomRoleId): Promise<boolean> {
  const { sql, tenantId } = tx;
  const [row] = await sql<[{ isUsed: boolean }]>`
    select exists (select 1 from memberships where tenant_id = ${tenantId} and role = ${id})
        or exists (select 1 from api_keys where tenant_id = ${tenantId} and role = ${id} and revoked_at is null
                   and (expires_at is null or expires_at > now()))
        or exists (select 1 from oauth_clients where tenant_id = ${tenantId} and role = ${id} and revoked_at is null)
        or exists (select 1 from invitations where tenant_id = ${tenantId} and role = ${id} and status = 'open'
                   and expires_at > now()) as is_used`;
  return row.isUsed;
}
