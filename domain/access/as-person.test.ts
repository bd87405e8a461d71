import { expect, it } from 'vitest';
import { asPerson } from './as-person.ts';
import type { Permission } from './permissions.ts';
import { rolePermissions, userRoles } from './roles.ts';

it('leaves links into a customer’s portal to people who may do all a customer may', () => {
  const openers = userRoles.filter((role) => asPerson(rolePermissions[role]).has('portal_sessions:write'));
  expect(openers).toEqual(['owner', 'admin']);
  const almost = new Set<Permission>([...rolePermissions.customer, 'portal_sessions:write']);
  expect(asPerson(almost)).toEqual(almost);
  almost.delete('invoices:read');
  expect(asPerson(almost).has('portal_sessions:write')).toBe(false);
});

it('takes nothing else from any role', () => {
  for (const role of userRoles) {
    const left = new Set(asPerson(rolePermissions[role])).add('portal_sessions:write');
    expect(left).toEqual(new Set(rolePermissions[role]).add('portal_sessions:write'));
  }
});
