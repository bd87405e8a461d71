import type { Sql, Transaction } from '../../db/database.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { customRolePermissions, isBuiltInRole, rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';

const none: ReadonlySet<Permission> = new Set();

/** What a role may do in a tenant, built-in or the tenant's own; nothing where there is no such role there. */
export async function permissionsOfRole(
  sql: Sql | Transaction,
  tenantId: TenantId,
  role: string,
): Promise<ReadonlySet<Permission>> {
  // Neither is given to a member or a machine of a tenant, whatever a row says.
  if (role === 'operator' || role === 'customer') return none;
  if (isBuiltInRole(role)) return rolePermissions[role];
  const [row] = await sql<{ permissions: string[] }[]>`
    select permissions from custom_roles where tenant_id = ${tenantId} and id = ${role}`;
  const listed = row?.permissions ?? [];
  return new Set(customRolePermissions.filter((one) => listed.includes(one)));
}
