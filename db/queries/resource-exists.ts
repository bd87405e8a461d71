import type { Sql, Transaction } from '../database.ts';

const tableOf = {
  customer: 'customers',
  plan: 'plans',
  paymentMethod: 'payment_methods',
  subscription: 'subscriptions',
  invoice: 'invoices',
  payment: 'payments',
  methodSetup: 'method_setups',
  webhookEndpoint: 'webhook_endpoints',
  dispute: 'disputes',
  event: 'inbox',
  attempt: 'payment_attempts',
  retryTask: 'retry_tasks',
  refund: 'refunds',
  refundRequest: 'refund_requests',
  creditNote: 'credit_notes',
  apiKey: 'api_keys',
  oauthClient: 'oauth_clients',
  user: 'memberships',
  customRole: 'custom_roles',
  invitation: 'invitations',
  tenant: 'tenants',
  billingRun: 'billing_runs',
  savedView: 'saved_views',
  /** Sessions are no rows: what cannot be read is refused of each as of an unknown one. */
  session: null,
} as const;

/** Whether all of these are the tenant's own, in one statement; nothing is locked. Of tenants themselves the system role is asked. */
export function resourcesExist(
  sql: Sql | Transaction,
  ids: readonly { kind: keyof typeof tableOf; id: string }[],
): Promise<boolean> {
  if (ids.length === 0) return Promise.resolve(true);
  const each = ids.map(({ kind, id }) => {
    const table = tableOf[kind];
    const key = kind === 'tenant' ? 'tenant_id' : 'id';
    return table === null ? sql`and false` : sql`and exists (select 1 from ${sql(table)} where ${sql(key)} = ${id})`;
  });
  return sql<[{ exist: boolean }]>`select true ${each} as exist`.then(([row]) => row.exist);
}
