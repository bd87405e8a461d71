import type { Permission } from './permissions.ts';
import { rolePermissions } from './roles.ts';

/**
 * What is allowed to a person, of what a role allows. Whoever opens a customer's portal can go in there: a business's machine sends
 * its customers in, and a person who may not do as much as a customer would do it in the customer's name.
 */
export function asPerson(allowed: ReadonlySet<Permission>): ReadonlySet<Permission> {
  if (!allowed.has('portal_sessions:write') || allowed.isSupersetOf(rolePermissions.customer)) return allowed;
  return new Set([...allowed].filter((permission) => permission !== 'portal_sessions:write'));
}
