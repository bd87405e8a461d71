import { readAsTenant, type TenantDatabase } from '../db/with-tenant.ts';
import { isBuiltInRole, rolePermissions } from '../domain/access/roles.ts';
import type { RoleDirectory, TenantDirectory, TenantFacts } from './directories.ts';

/** Tenants as they are at this moment. */
export function createPlainTenantDirectory(database: TenantDatabase): TenantDirectory {
  return {
    find: (tenantId) =>
      readAsTenant(database, tenantId, (sql) =>
        sql<TenantFacts[]>`select mode, status, limits from tenants where tenant_id = ${tenantId}`.then(
          ([row]) => row ?? null,
        ),
      ),
  };
}

export const builtInRoleDirectory: RoleDirectory = {
  permissionsOf: (_tenantId, role) => (isBuiltInRole(role) ? rolePermissions[role] : new Set()),
};
