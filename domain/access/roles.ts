import { type Permission, permissions } from './permissions.ts';

/**
 * `integrator` is for machines, `customer` for the customers of a tenant, who see themselves alone, `operator` for those who run
 * the platform; the others are given to users of a tenant.
 */
export const builtInRoles = [
  'owner',
  'admin',
  'finance',
  'support',
  'viewer',
  'integrator',
  'customer',
  'operator',
] as const;

export type BuiltInRole = (typeof builtInRoles)[number];

/** What a user of a tenant may be. */
export const userRoles = ['owner', 'admin', 'finance', 'support', 'viewer'] as const satisfies readonly BuiltInRole[];

/** What a key or a client may be: what a user may be, or a machine's own. */
export const machineRoles = ['integrator', ...userRoles] as const satisfies readonly BuiltInRole[];

/** In no role of a tenant's own: the platform is the operator's, and the end of a tenant its owner's alone. */
const reserved: readonly Permission[] = ['tenant:delete', 'tenants:manage'];

/** What a role of a tenant's own may be made of. */
export const customRolePermissions: readonly Permission[] = permissions.filter((one) => !reserved.includes(one));

const ofTenant = permissions.filter((permission) => permission !== 'tenants:manage');
const reads: readonly Permission[] = [
  'plans:read',
  'customers:read',
  'subscriptions:read',
  'payments:read',
  'invoices:read',
  'disputes:read',
  'failed_payments:read',
  'reports:read',
  'tenant:read',
];
const sells: readonly Permission[] = ['customers:write', 'subscriptions:write', 'portal_sessions:write'];

/** Role × permission; what is not listed is denied. */
export const rolePermissions: Readonly<Record<BuiltInRole, ReadonlySet<Permission>>> = {
  owner: new Set(ofTenant),
  admin: new Set(ofTenant.filter((permission) => permission !== 'tenant:delete')),
  finance: new Set<Permission>([
    ...reads,
    'payments:write',
    'refunds:write',
    'refund_requests:write',
    'refund_requests:decide',
    'invoices:write',
    'failed_payments:retry',
    'reconciliation:read',
    'audit:read',
  ]),
  support: new Set<Permission>([...reads, ...sells, 'refund_requests:write', 'failed_payments:retry']),
  viewer: new Set(reads),
  integrator: new Set<Permission>([
    ...([
      'plans:read',
      'plans:write',
      'customers:read',
      'subscriptions:read',
      'payments:read',
      'invoices:read',
    ] as const),
    ...sells,
    'payments:write',
    'refunds:write',
    'refund_requests:write',
    'test_clocks:advance',
  ]),
  customer: new Set<Permission>([
    'plans:read',
    'customers:read',
    'customers:write',
    'subscriptions:read',
    'subscriptions:write',
    'payments:read',
    'payments:write',
    'refund_requests:write',
    'invoices:read',
  ]),
  operator: new Set(permissions),
};

export function isBuiltInRole(text: string): text is BuiltInRole {
  return (builtInRoles as readonly string[]).includes(text);
}
