import { describe, expect, it } from 'vitest';
import { narrow } from './narrow.ts';
import { type Permission, permissions } from './permissions.ts';
import {
  type BuiltInRole,
  builtInRoles,
  customRolePermissions,
  machineRoles,
  rolePermissions,
  userRoles,
} from './roles.ts';

const may = (role: BuiltInRole) => [...rolePermissions[role]];
/** What decides who may come in, and what the platform is connected to. */
const administration: readonly Permission[] = [
  ...(['operations:repair', 'providers:read', 'providers:write', 'webhooks:read', 'webhooks:write'] as const),
  ...(['users:read', 'users:write', 'roles:write', 'api_keys:read', 'api_keys:write', 'audit:read'] as const),
  ...(['tenant:write', 'tenant:delete', 'tenants:manage'] as const),
];
const movesMoneyBack: readonly Permission[] = ['refunds:write', 'refund_requests:decide'];

/** Role × permission as a person reads it; a change here is a change of what people may do. */
const table = `
                        owner admin finance support viewer integrator customer operator
plans:read              x     x     x       x       x      x          x        x
plans:write             x     x     .       .       .      x          .        x
customers:read          x     x     x       x       x      x          x        x
customers:write         x     x     .       x       .      x          x        x
subscriptions:read      x     x     x       x       x      x          x        x
subscriptions:write     x     x     .       x       .      x          x        x
payments:read           x     x     x       x       x      x          x        x
payments:write          x     x     x       .       .      x          x        x
refunds:write           x     x     x       .       .      x          .        x
refund_requests:write   x     x     x       x       .      x          x        x
refund_requests:decide  x     x     x       .       .      .          .        x
invoices:read           x     x     x       x       x      x          x        x
invoices:write          x     x     x       .       .      .          .        x
disputes:read           x     x     x       x       x      .          .        x
failed_payments:read    x     x     x       x       x      .          .        x
failed_payments:retry   x     x     x       x       .      .          .        x
reports:read            x     x     x       x       x      .          .        x
reconciliation:read     x     x     x       .       .      .          .        x
operations:repair       x     x     .       .       .      .          .        x
test_clocks:advance     x     x     .       .       .      x          .        x
providers:read          x     x     .       .       .      .          .        x
providers:write         x     x     .       .       .      .          .        x
webhooks:read           x     x     .       .       .      .          .        x
webhooks:write          x     x     .       .       .      .          .        x
users:read              x     x     .       .       .      .          .        x
users:write             x     x     .       .       .      .          .        x
roles:write             x     x     .       .       .      .          .        x
api_keys:read           x     x     .       .       .      .          .        x
api_keys:write          x     x     .       .       .      .          .        x
portal_sessions:write   x     x     .       x       .      x          .        x
audit:read              x     x     x       .       .      .          .        x
tenant:read             x     x     x       x       x      .          .        x
tenant:write            x     x     .       .       .      .          .        x
tenant:delete           x     .     .       .       .      .          .        x
tenants:manage          .     .     .       .       .      .          .        x
`;

it('is the table that people read', () => {
  const [roles = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const read = Object.fromEntries(
    roles.map((role, at) => [role, rows.filter((row) => row[at + 1] === 'x').map(([permission]) => permission)]),
  );
  expect(read).toEqual(Object.fromEntries(builtInRoles.map((role) => [role, inOrder(may(role))])));
  expect(rows.map(([permission]) => permission)).toEqual(permissions);
});

function inOrder(some: readonly Permission[]): Permission[] {
  return permissions.filter((permission) => some.includes(permission));
}

describe('a role', () => {
  it('of the tenant holds everything but the platform: the owner', () => {
    expect(new Set(may('owner'))).toEqual(new Set(permissions.filter((one) => one !== 'tenants:manage')));
  });

  it('alone ends the tenant: the owner, and of others the operator', () => {
    const ending = builtInRoles.filter((role) => rolePermissions[role].has('tenant:delete'));
    expect(ending).toEqual(['owner', 'operator']);
  });

  it('alone manages tenants: the operator', () => {
    expect(builtInRoles.filter((role) => rolePermissions[role].has('tenants:manage'))).toEqual(['operator']);
  });

  it('changes nothing as a viewer', () => {
    expect(may('viewer').filter((permission) => !permission.endsWith(':read'))).toEqual([]);
  });

  it.each(['integrator', 'customer', 'viewer', 'support', 'finance'] as const)('%s administers nothing', (role) => {
    const reading: readonly Permission[] = role === 'finance' ? ['audit:read'] : [];
    expect(may(role).filter((one) => administration.includes(one))).toEqual(reading);
  });

  it.each(['support', 'viewer', 'customer'] as const)('%s gives no money back; it may be asked for', (role) => {
    expect(may(role).filter((one) => movesMoneyBack.includes(one))).toEqual([]);
  });

  it('does not decide what it has asked for: a machine asks, a person decides', () => {
    expect(rolePermissions.integrator.has('refund_requests:decide')).toBe(false);
  });

  it('for people and machines of a tenant is neither a customer’s nor the operator’s', () => {
    expect(machineRoles.toSorted()).toEqual([...userRoles, 'integrator'].toSorted());
    for (const role of machineRoles) expect(may(role).filter((one) => !rolePermissions.owner.has(one))).toEqual([]);
  });

  it('of the tenant’s own holds neither the tenant’s end nor the platform', () => {
    expect(permissions.filter((one) => !customRolePermissions.includes(one))).toEqual([
      'tenant:delete',
      'tenants:manage',
    ]);
  });
});

it('scopes narrow a role and never widen it', () => {
  expect(narrow(rolePermissions.viewer, null)).toEqual(rolePermissions.viewer);
  expect([...narrow(rolePermissions.viewer, ['plans:write', 'plans:read'])]).toEqual(['plans:read']);
  expect([...narrow(rolePermissions.owner, [])]).toEqual([]);
});
