import { parseId } from '../db/new-id.ts';
import { readCustomRolePermissions } from '../db/queries/custom-roles.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { customRolePermissions, isBuiltInRole, rolePermissions } from '../domain/access/roles.ts';
import type { CustomRoleId, TenantId } from '../domain/ids.ts';
import { createCachedLookUp, type SharedCache } from './cached-look-up.ts';
import type { RoleDirectory } from './directories.ts';

const nothing: ReadonlySet<Permission> = new Set();

/** Built-in roles are known here; a tenant's own are read, and remembered for at most 4 s. */
export function createRoleDirectory(parts: { database: TenantDatabase; shared?: SharedCache }): RoleDirectory {
  const find = createCachedLookUp<Permission[]>({
    shared: parts.shared,
    find(name) {
      const [, tenantId = '', id = ''] = name.split(':');
      return readCustomRolePermissions(parts.database, tenantId as TenantId, id as CustomRoleId);
    },
  });

  return {
    permissionsOf(tenantId, role) {
      if (isBuiltInRole(role)) return rolePermissions[role];
      const id = parseId('customRole', role);
      if (id === null) return nothing;
      const found = find(roleCacheName(tenantId, id));
      return found instanceof Promise ? found.then(asSet) : asSet(found);
    },
  };
}

/** What a row says beyond what it may is not allowed by it. */
function asSet(listed: readonly Permission[] | null): ReadonlySet<Permission> {
  return listed === null ? nothing : new Set(listed.filter((one) => customRolePermissions.includes(one)));
}

/** Where other processes find what is kept of a role. */
export function roleCacheName(tenantId: TenantId, id: CustomRoleId): string {
  return `role:${tenantId}:${id}`;
}
