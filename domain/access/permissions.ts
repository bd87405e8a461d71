/** Everything that may be allowed, `resource:action`; also the scopes of keys and tokens. Sorted as the reference lists them. */
export const permissions = [
  'plans:read',
  'plans:write',
  'customers:read',
  'customers:write',
  'subscriptions:read',
  'subscriptions:write',
  'payments:read',
  'payments:write',
  'refunds:write',
  'refund_requests:write',
  'refund_requests:decide',
  'invoices:read',
  'invoices:write',
  'disputes:read',
  'failed_payments:read',
  'failed_payments:retry',
  'reports:read',
  'reconciliation:read',
  'operations:repair',
  'test_clocks:advance',
  'providers:read',
  'providers:write',
  'webhooks:read',
  'webhooks:write',
  'users:read',
  'users:write',
  'roles:write',
  'api_keys:read',
  'api_keys:write',
  'portal_sessions:write',
  'audit:read',
  'tenant:read',
  'tenant:write',
  'tenant:delete',
  'tenants:manage',
] as const;

export type Permission = (typeof permissions)[number];

export function isPermission(text: string): text is Permission {
  return (permissions as readonly string[]).includes(text);
}
