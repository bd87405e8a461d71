import { parseId } from '../../db/new-id.ts';
import { shareCustomRole } from '../../db/queries/custom-roles.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { narrow } from '../../domain/access/narrow.ts';
import { type Permission, permissions } from '../../domain/access/permissions.ts';
import { machineRoles, rolePermissions } from '../../domain/access/roles.ts';
import { DomainError } from '../../domain/errors.ts';

/** What a key or a client is allowed: its role's permissions, of those only the scopes; null: all. */
export interface Grant {
  role: string;
  scopes: readonly Permission[] | null;
}

/** Nobody gives what is not his own, and nobody takes over what is allowed more than he is. */
export function refuseBeyondHeld(held: ReadonlySet<Permission>, wanted: Iterable<Permission>): void {
  const missing = [...wanted].filter((permission) => !held.has(permission));
  if (missing.length === 0) return;
  throw new DomainError('forbidden', `This takes permissions you do not hold yourself: ${missing.join(', ')}.`);
}

/** What is to be given comes to this; a role of the tenant's own stays until the commit. Throws where it is none that may be given. */
export async function permissionsToGive(tx: TenantTransaction, { role, scopes }: Grant): Promise<Set<Permission>> {
  const allowed = await permissionsOfRole(tx, role);
  if (allowed === null) throw invalid('role', 'is no role of this tenant');
  const beyond = (scopes ?? []).filter((scope) => !allowed.has(scope));
  if (beyond.length > 0) throw invalid('scopes', `go beyond the role: ${beyond.join(', ')}`);
  return new Set(narrow(allowed, scopes));
}

/** What was given comes to this now: its role may have become less. */
export async function permissionsGiven(tx: TenantTransaction, { role, scopes }: Grant): Promise<Set<Permission>> {
  return new Set(narrow((await permissionsOfRole(tx, role)) ?? new Set(), scopes));
}

async function permissionsOfRole(tx: TenantTransaction, role: string): Promise<ReadonlySet<Permission> | null> {
  const builtIn = machineRoles.find((one) => one === role);
  if (builtIn) return rolePermissions[builtIn];
  const id = parseId('customRole', role);
  const stored = id === null ? null : await shareCustomRole(tx, id);
  return stored === null ? null : new Set(stored.permissions);
}

/** Each once, in the order of the reference. */
export function inOrder(wanted: readonly Permission[]): Permission[] {
  return permissions.filter((permission) => wanted.includes(permission));
}

export function invalid(field: string, message: string): DomainError {
  return new DomainError('invalid_request', `${field} ${message}.`, { field, errors: [{ field, message }] });
}
