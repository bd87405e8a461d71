import { newId } from '../../db/new-id.ts';
import type { InboxEntry } from '../../db/queries/inbox.ts';
import { storeInInbox } from '../../db/queries/inbox.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ApiHarness, TestTenant } from './api-harness.ts';

export interface Signup {
  customerId: string;
  planId: string;
  paymentMethodId: string;
}

/** A customer with a method of the given token, and a monthly plan. */
export async function signUp(
  api: ApiHarness,
  tenant: TestTenant,
  options: { token?: string; plan?: object; customer?: object } = {},
): Promise<Signup> {
  const { token = 'tok_ok', plan = {}, customer = {} } = options;
  const key = tenant.apiKey;
  const planBody = { name: 'Basic', amount: 1_999, currency: 'USD', interval: 'month', ...plan };
  const [madePlan, madeCustomer] = await Promise.all([
    api.call('POST', '/v1/plans', { key, body: planBody }),
    api.call('POST', '/v1/customers', { key, body: { email: 'ada@example.com', ...customer } }),
  ]);
  const customerId: string = madeCustomer.body.customer_id;
  const body = { provider: 'sandbox', token };
  const method = await api.call('POST', `/v1/customers/${customerId}/payment-methods`, { key, body });
  return { customerId, planId: madePlan.body.plan_id, paymentMethodId: method.body.payment_method_id };
}

/** A subscription that has paid its first period, with the invoice and payment of it. */
export async function subscribe(api: ApiHarness, tenant: TestTenant, options: Parameters<typeof signUp>[2] = {}) {
  const signup = await signUp(api, tenant, options);
  const body = { customer_id: signup.customerId, plan_id: signup.planId };
  const created = await api.call('POST', '/v1/subscriptions', { key: tenant.apiKey, body });
  const paymentId: string = created.body.payment.payment_id;
  const payment = await api.call('GET', `/v1/payments/${paymentId}`, { key: tenant.apiKey });
  const subscriptionId: string = created.body.subscription_id;
  return { ...signup, subscriptionId, paymentId, invoiceId: payment.body.invoice_id as string };
}

/** Rows that no call of this API alone makes, and those that take one more. */
export async function makeFurtherIds(
  api: ApiHarness,
  { tenantId, apiKey }: TestTenant,
  of: { customerId: string; paymentId: string },
) {
  const [setupId, disputeId, userId] = [newId('methodSetup'), newId('dispute'), newId('user')];
  const post = (path: string, body: object) => api.call('POST', `/v1${path}`, { key: apiKey, body });
  const endpoint = await post('/admin/webhook-endpoints', { provider: 'custom' });
  const [key, client] = [
    await post('/api-keys', { name: 'A key' }),
    await post('/oauth-clients', { name: 'A client' }),
  ];
  const role = await post('/roles', { name: `Role ${setupId}`, permissions: ['plans:read'] });
  const email = `${userId}@users.example`;
  const view = await post('/me/saved-views', { page: 'subscriptions', name: setupId, filters: { status: 'active' } });
  const invitation = await post('/invitations', { email: `${userId}@people.example`, role: 'viewer' });
  await api.owner`insert into identity.users (id, email) values (${userId}, ${email})`;
  await api.owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${userId}, ${email}, 'viewer')`;
  await api.owner`
    insert into method_setups (tenant_id, id, customer_id, provider, status, return_url, expires_at)
    values (${tenantId}, ${setupId}, ${of.customerId}, 'stripe', 'failed', 'https://example.com', now())`;
  await api.owner`
    insert into disputes (tenant_id, id, payment_id, attempt_id, provider, provider_dispute_id, status, amount_minor, currency,
                          reason, opened_at)
    select tenant_id, ${disputeId}, payment_id, id, provider, ${disputeId}, 'won', 1, currency, 'fraudulent', now()
    from payment_attempts where tenant_id = ${tenantId} and payment_id = ${of.paymentId} limit 1`;
  return {
    ...{ setup_id: setupId, dispute_id: disputeId },
    webhook_endpoint_id: endpoint.body.webhook_endpoint_id as string,
    api_key_id: key.body.api_key_id as string,
    client_id: client.body.client_id as string,
    role_id: role.body.role_id as string,
    user_id: userId as string,
    invitation_id: invitation.body.invitation_id as string,
    saved_view_id: view.body.saved_view_id as string,
  };
}

/** A provider's notification in the inbox, as the door stores it. */
export async function storeWebhook(
  api: ApiHarness,
  tenantId: TenantId,
  changed: Partial<InboxEntry> = {},
): Promise<string> {
  const id = newId('event');
  const from = { provider: 'sandbox', endpoint: 'default', providerEventId: `evt_${id}`, id };
  const said = { attemptId: null, eventType: 'charge.updated', fact: null, body: Buffer.from('{"hello":"world"}') };
  await storeInInbox({ sql: api.sql }, tenantId, [{ ...from, ...said, ...changed }]);
  return id;
}
