import { parseId } from '../../db/new-id.ts';
import { shareCustomRole } from '../../db/queries/custom-roles.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { rolePermissions, userRoles } from '../../domain/access/roles.ts';
import { invalid, refuseBeyondHeld } from '../access/grant.ts';

/** Throws where this is no role for a user of the tenant, or one that allows what the grantor may not. */
export async function refuseGrant(
  tx: TenantTransaction,
  role: string,
  grantor: ReadonlySet<Permission>,
): Promise<void> {
  const allowed = await permissionsOfRole(tx, role);
  if (allowed === null) throw invalid('role', 'is no role of this tenant');
  refuseBeyondHeld(grantor, allowed);
}

/** Nobody takes away from, or gets into the account of, somebody who may do more. */
export async function refuseOver(tx: TenantTransaction, role: string, actor: ReadonlySet<Permission>): Promise<void> {
  refuseBeyondHeld(actor, (await permissionsOfRole(tx, role)) ?? []);
}

/** A role of the tenant's own stays until the commit. */
async function permissionsOfRole(tx: TenantTransaction, role: string): Promise<Iterable<Permission> | null> {
  const builtIn = userRoles.find((one) => one === role);
  if (builtIn) return rolePermissions[builtIn];
  const id = parseId('customRole', role);
  const stored = id === null ? null : await shareCustomRole(tx, id);
  return stored === null ? null : stored.permissions;
}
