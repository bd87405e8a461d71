import { readRolePermissions } from '../../db/queries/members.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { isBuiltInRole, userRoles } from '../../domain/access/roles.ts';
import { DomainError } from '../../domain/errors.ts';

type Permissions = ReadonlySet<Permission>;

/** Throws where this is no role for a user of the tenant, or one that allows what the grantor may not. */
export async function refuseGrant(tx: TenantTransaction, role: string, grantor: Permissions): Promise<void> {
  const isForUsers = (userRoles as readonly string[]).includes(role) || !isBuiltInRole(role);
  const allowed = isForUsers ? await readRolePermissions(tx, role) : null;
  if (allowed === null) {
    const message = 'is no role of this tenant';
    throw new DomainError('invalid_request', `role ${message}.`, {
      field: 'role',
      errors: [{ field: 'role', message }],
    });
  }
  if (!covers(grantor, allowed)) {
    throw new DomainError('forbidden', 'This role allows more than you may do yourself.');
  }
}

/** Nobody takes away from, or gets into the account of, somebody who may do more. */
export async function refuseOver(tx: TenantTransaction, role: string, actor: Permissions): Promise<void> {
  const allowed = (await readRolePermissions(tx, role)) ?? new Set<Permission>();
  if (!covers(actor, allowed)) throw new DomainError('forbidden', 'This user may do more than you may yourself.');
}

function covers(held: Permissions, wanted: Permissions): boolean {
  return [...wanted].every((permission) => held.has(permission));
}
