import { narrow } from '../domain/access/narrow.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { DomainError } from '../domain/errors.ts';
import type { TenantFacts } from './directories.ts';

/** What is left to the people and machines of a tenant that is being deleted: to read itself and take its export. */
const whileDeleting: readonly Permission[] = ['tenant:read', 'tenant:write', 'tenant:delete', 'audit:read'];

/** What is allowed in a tenant of this status, of all that a role allows; throws `tenant_suspended` where nothing is. */
export function admitToTenant(
  status: TenantFacts['status'],
  permissions: ReadonlySet<Permission>,
): ReadonlySet<Permission> {
  switch (status) {
    case 'active':
      return permissions;
    case 'deleting':
      return narrow(permissions, whileDeleting);
    case 'suspended':
    case 'deleted':
      throw new DomainError('tenant_suspended', 'This tenant is not active; its operator can say why.');
    default:
      return status satisfies never;
  }
}
