import { isBuiltInRole, rolePermissions } from '../domain/access/roles.ts';
import type { RoleDirectory } from './directories.ts';

export const builtInRolesOnly: RoleDirectory = {
  permissionsOf: (_tenantId, role) => (isBuiltInRole(role) ? rolePermissions[role] : new Set()),
};
