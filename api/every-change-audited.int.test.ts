import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { newId } from '../db/new-id.ts';
import type { UserId } from '../domain/ids.ts';
import { createPasswordHasher } from '../identity/accounts/password-hasher.ts';
import { signUp } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { failRenewal, payNext } from '../tests/support/failed-payment.ts';
import { operatorKey } from '../tests/support/operator.ts';
import { makeRouteIds, pathOf, type RouteIds } from '../tests/support/route-ids.ts';
import { openOperatorSession, openUserSession, sameOrigin } from '../tests/support/test-portals.ts';

/** Nothing is changed by these, or nobody who could be named changes it. */
const exceptions: Readonly<Record<string, string>> = {
  supposeCommand: 'computes, and changes nothing',
  previewChange: 'computes, and changes nothing',
  advanceSubscriptionClock: 'waits for who is awake: billing/clocks/advance-test-clock.int.test.ts',
  advanceTenantClock: 'waits for who is awake: billing/clocks/advance-test-clock.int.test.ts',
  receiveWebhook: 'a provider’s notification is in the inbox, with its body and what became of it',
  receiveWebhookAtEndpoint: 'a provider’s notification is in the inbox, with its body and what became of it',
  lookUpAttempt: 'needs an attempt without an outcome: api/routes/admin-attempts.int.test.ts',
  resolveAttempt: 'needs an attempt without an outcome: api/routes/admin-attempts.int.test.ts',
  repairPayment: 'needs a parked payment, and is written as a parked subscription’s is',
  repairSubscription: 'needs a parked subscription: billing/steps/park-subscription.int.test.ts',
  repairRefund: 'needs a parked refund: api/routes/refunds.int.test.ts',
};

const password = 'violet kettle on the roof';
const later = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);

let api: ApiHarness;
let tenant: TestTenant;
let own: RouteIds;
const userId: UserId = newId('user');
const operatorId: UserId = newId('user');
let keyId: string;
let cookies: Record<'user' | 'operator', string>;

interface Step {
  operation: string;
  body?: object | (() => object | Promise<object>);
  /** Of what the call is about, where the tenant's first is not it. */
  ids?: () => RouteIds | Promise<RouteIds>;
  by?: 'key' | 'user' | 'operator' | 'operatorKey';
  /** A change of something that is there: its row tells what it was, and what it is. */
  tells?: true;
}

const post = async (path: string, body: object) => (await api.call('POST', path, { key: tenant.apiKey, body })).body;
const draft = async () => {
  const lines = [{ description: 'Setting up', amount: 500 }];
  const { invoice_id } = await post('/v1/admin/invoices', { customer_id: own['customer_id'], currency: 'USD', lines });
  return { invoice_id: invoice_id as string };
};
const openInvoice = async () => {
  const made = await draft();
  await post(`/v1/admin/invoices/${made.invoice_id}/finalize`, {});
  return made;
};
const failed = async () => {
  const { paymentId } = await failRenewal(api, tenant);
  payNext(api, tenant.tenantId);
  return { payment_id: paymentId };
};
const stripe = () => ({ provider: 'stripe' });
const anotherTenant = async () => ({ tenant_id: (await api.makeTenant()).tenantId as string });
const suspended = async () => {
  const made = await anotherTenant();
  await api.call('POST', `/v1/tenants/${made.tenant_id}/suspend`, { key: operatorKey, body: { reason: 'a test' } });
  return made;
};
const deleting = async () => {
  const made = await anotherTenant();
  await api.call('DELETE', `/v1/tenants/${made.tenant_id}`, { key: operatorKey, body: { reason: 'a test' } });
  return made;
};
let totpSecret: string;
const code = (offset: number) => () => ({
  code: TOTP.generate({ secret: Secret.fromBase32(totpSecret), timestamp: Date.now() + offset * 30_000 }),
});

const steps: readonly Step[] = [
  { operation: 'createPlan', body: { name: 'Gold', amount: 5_000, currency: 'USD', interval: 'month' } },
  { operation: 'changePlanDetails', body: { name: 'Basic, renamed', max_per_customer: 9 }, tells: true },
  { operation: 'createCustomer', body: { email: 'grace@example.com' } },
  { operation: 'changeCustomer', body: { country: 'DE', timezone: 'Europe/Berlin' }, tells: true },
  { operation: 'attachPaymentMethod', body: { provider: 'sandbox', token: 'tok_ok' } },
  { operation: 'beginMethodSetup', body: { provider: 'sandbox', return_url: 'https://shop.example/back' } },
  {
    operation: 'setDefaultPaymentMethod',
    tells: true,
    async ids() {
      const body = { provider: 'sandbox', token: 'tok_ok' };
      const { payment_method_id } = await post(`/v1/customers/${own['customer_id']}/payment-methods`, body);
      return { payment_method_id };
    },
  },
  {
    operation: 'detachPaymentMethod',
    tells: true,
    async ids() {
      const body = { provider: 'sandbox', token: 'tok_ok' };
      const { payment_method_id } = await post(`/v1/customers/${own['customer_id']}/payment-methods`, body);
      return { payment_method_id };
    },
  },
  {
    operation: 'createSubscription',
    async body() {
      const { customerId, planId } = await signUp(api, tenant);
      return { customer_id: customerId, plan_id: planId };
    },
  },
  { operation: 'changeSubscription', body: { next_billing_date: later }, tells: true },
  { operation: 'pauseSubscription', body: {}, tells: true },
  { operation: 'resumeSubscription', body: {}, tells: true },
  { operation: 'cancelSubscription', body: { at: 'period_end' }, tells: true },
  { operation: 'uncancelSubscription', body: {}, tells: true },
  {
    operation: 'requestPayment',
    body: () => ({ subscription_id: own['subscription_id'], amount: 100, reason: 'additional_charge' }),
  },
  { operation: 'refundPayment', body: { amount: 1 } },
  { operation: 'approveRefundRequest', body: {} },
  { operation: 'requestRefund', body: { amount: 2, reason: 'too much' } },
  {
    operation: 'declineRefundRequest',
    body: { note: 'no' },
    async ids() {
      const path = `/v1/payments/${own['payment_id']}/refund-requests`;
      const { body } = await api.call('GET', '/v1/admin/refund-requests?status=open', { key: tenant.apiKey });
      return {
        refund_request_id: body.data[0]?.refund_request_id ?? (await post(path, { reason: 'x' })).refund_request_id,
      };
    },
  },
  { operation: 'retryPayment', ids: failed, body: {} },
  { operation: 'retryPaymentAsAdministrator', ids: failed, body: {} },
  {
    operation: 'createManualInvoice',
    body: () => ({
      ...{ customer_id: own['customer_id'], currency: 'USD', lines: [{ description: 'Setting up', amount: 500 }] },
    }),
  },
  {
    operation: 'editManualInvoice',
    ids: draft,
    body: { lines: [{ description: 'More', amount: 700 }], memo: 'Thank you' },
    tells: true,
  },
  { operation: 'finalizeManualInvoice', ids: draft, body: {}, tells: true },
  { operation: 'payManualInvoice', ids: openInvoice, body: {} },
  { operation: 'voidManualInvoice', ids: openInvoice, body: {}, tells: true },
  { operation: 'putProviderAccount', ids: stripe, body: { credentials: { secret_key: 'sk_test_of_nobody' } } },
  { operation: 'checkProviderAccount', ids: stripe, body: {} },
  { operation: 'disableProviderAccount', ids: stripe, body: {}, tells: true },
  { operation: 'createWebhookEndpoint', body: { provider: 'custom' } },
  { operation: 'changeWebhookEndpoint', body: {} },
  { operation: 'disableWebhookEndpoint', body: {}, tells: true },
  { operation: 'catchUpWebhooks', body: {} },
  { operation: 'discardWebhook', body: { reason: 'a test' } },
  { operation: 'replayWebhook', body: {} },
  { operation: 'createRole', body: { name: 'Plans', permissions: ['plans:read'] } },
  { operation: 'changeRole', body: { permissions: ['plans:read', 'plans:write'] }, tells: true },
  { operation: 'deleteRole', body: {} },
  { operation: 'createApiKey', body: { name: 'Another' } },
  { operation: 'changeApiKey', body: { name: 'Renamed' }, tells: true },
  { operation: 'rotateApiKey', body: {} },
  {
    operation: 'revokeApiKey',
    body: {},
    ids: async () => ({ api_key_id: (await post('/v1/api-keys', { name: 'Of no use' })).api_key_id }),
  },
  { operation: 'createOauthClient', body: { name: 'An application' } },
  { operation: 'changeOauthClient', body: { name: 'Renamed' }, tells: true },
  { operation: 'rotateOauthClientSecret', body: {} },
  { operation: 'revokeOauthClient', body: {} },
  { operation: 'createPortalSession', body: {} },
  { operation: 'inviteUser', body: { email: 'new@people.example', role: 'viewer' } },
  { operation: 'revokeInvitation', body: {} },
  { operation: 'changeUser', body: { role: 'support' }, tells: true },
  { operation: 'resetUserPassword', body: {} },
  { operation: 'removeUser', body: {} },
  { operation: 'changeOwnAccount', by: 'user', body: { name: 'Grace Hopper' } },
  { operation: 'offerTotp', by: 'user', body: { password } },
  { operation: 'confirmTotp', by: 'user', body: code(-1) },
  { operation: 'renewRecoveryCodes', by: 'user', body: { password } },
  { operation: 'removeTotp', by: 'user', body: { password } },
  { operation: 'saveView', body: { page: 'subscriptions', name: 'Mine', filters: { status: 'active' } } },
  { operation: 'dropView', body: {} },
  { operation: 'switchTenant', by: 'user', body: () => ({ tenant_id: own['second_tenant'] }), tells: true },
  {
    operation: 'changeOwnPassword',
    by: 'user',
    body: { current_password: password, new_password: `${password} again` },
  },
  { operation: 'enterTenant', by: 'operator', body: () => ({ tenant_id: tenant.tenantId, reason: 'a test' }) },
  { operation: 'leaveTenant', by: 'operator', body: {} },
  {
    operation: 'endSession',
    by: 'operator',
    body: {},
    async ids() {
      const { body } = await api.call('GET', '/v1/sessions', { headers: { cookie: cookies.operator } });
      return { session_id: body.data[0].session_id };
    },
  },
  { operation: 'createTenants', by: 'operatorKey', body: { name: 'Another', modes: ['sandbox'] } },
  { operation: 'changeTenant', by: 'operatorKey', ids: anotherTenant, body: { limits: { plans: 7 } }, tells: true },
  { operation: 'suspendTenant', by: 'operatorKey', ids: anotherTenant, body: { reason: 'a test' }, tells: true },
  { operation: 'reactivateTenant', by: 'operatorKey', ids: suspended, body: {}, tells: true },
  {
    operation: 'requestTenantDeletion',
    by: 'operatorKey',
    ids: anotherTenant,
    body: { reason: 'a test' },
    tells: true,
  },
  { operation: 'cancelTenantDeletion', by: 'operatorKey', ids: deleting, body: {}, tells: true },
  { operation: 'changeOwnTenant', body: { name: 'Renamed' }, tells: true },
  { operation: 'archivePlan', body: {}, tells: true },
  { operation: 'cancelSubscription', body: { at: 'now' }, tells: true },
  {
    operation: 'deleteOwnTenant',
    by: 'user',
    body: { confirm: 'Renamed', reason: 'a test' },
    tells: true,
    async ids() {
      // Of the owner's earlier session nothing is left by the new password.
      const place = { userId, tenantId: tenant.tenantId, role: 'owner' };
      cookies.user = (await openUserSession(api.portals, api.owner, place)).cookie;
      return {};
    },
  },
];

const contractOf = (operation: string) => routeRegistry.get(operation) as RouteContract;

beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
  own = await makeRouteIds(api, tenant);
  own['second_tenant'] = (await api.makeTenant()).tenantId;
  const [key] = await api.owner<{ id: string }[]>`
    select id from api_keys where tenant_id = ${tenant.tenantId} order by created_at limit 1`;
  keyId = key?.id ?? '';
  const [user, operator] = [
    await openUserSession(api.portals, api.owner, { userId, tenantId: tenant.tenantId, role: 'owner' }),
    await openOperatorSession(api.portals, api.owner, operatorId),
  ];
  cookies = { user: user.cookie, operator: operator.cookie };
  await api.owner`insert into memberships (tenant_id, id, email, name, role)
    values (${own['second_tenant'] ?? ''}, ${userId}, 'user@example.com', 'A User', 'viewer')`;
  const passwordHash = await createPasswordHasher().hash(password);
  await api.owner`update identity.users set password_hash = ${passwordHash}, password_changed_at = now() - interval '1 hour'
    where id = ${userId}`;
});
afterAll(() => api.stop());

function credentialsOf(by: Step['by']): { key?: string; headers: Record<string, string> } {
  if (by === 'operatorKey') return { key: operatorKey, headers: {} };
  if (by === 'user' || by === 'operator') return { headers: { cookie: cookies[by], ...sameOrigin } };
  return { key: tenant.apiKey, headers: {} };
}

const actorOf = (by: Step['by']) =>
  ({ key: keyId, user: userId, operator: operatorId, operatorKey: 'usr_operator' })[by ?? 'key'];

interface AuditRow {
  tenantId: string;
  actor: string;
  action: string;
  resourceId: string;
  ipAddress: string | null;
  details: { before?: object; after?: object };
}

describe('every call that changes something', () => {
  it('is gone through here, or has a reason not to be', () => {
    const changing = [...routeRegistry].filter(([, { method }]) => method !== 'get').map(([operation]) => operation);
    const known = [...steps.map(({ operation }) => operation), ...Object.keys(exceptions)];
    expect([...new Set(known)].toSorted()).toEqual(changing.toSorted());
  });

  it.each(steps.map((step, index) => [`${step.operation} (${index})`, step] as const))(
    'is audited with who, what and the request: %s',
    async (name, { operation, by, body, ids, tells }) => {
      const contract = contractOf(operation);
      const path = pathOf(contract, { ...own, ...(await ids?.()) });
      const { key, headers } = credentialsOf(by);
      const requestId = `audit-${name.replace(/\W/g, '-')}-${tenant.tenantId.slice(-8)}`;
      const answer = await api.call(contract.method.toUpperCase(), path, {
        ...(key === undefined ? {} : { key }),
        headers: { ...headers, 'x-request-id': requestId },
        body: typeof body === 'function' ? await body() : body,
      });
      // A retry nobody has taken up yet is kept all the same.
      const isDone = answer.status < 300 || answer.body.code === 'retry_deferred';
      expect(isDone, answer.text).toBe(true);
      if (operation === 'offerTotp') totpSecret = answer.body.secret;
      const cookie = answer.headers.get('set-cookie')?.split(';')[0];
      if (cookie !== undefined && (by === 'user' || by === 'operator')) cookies[by] = cookie;
      const rows = await api.owner<AuditRow[]>`
        select tenant_id, actor, action, resource_id, ip_address, details from audit_log where request_id = ${requestId}`;
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toMatchObject({ actor: actorOf(by), ipAddress: '127.0.0.1' });
      if (tells !== true) return;
      expect(rows.map(({ details }) => Object.keys(details)).flat()).toEqual(
        expect.arrayContaining(['before', 'after']),
      );
      for (const { details } of rows) expect(details.before).not.toEqual(details.after);
    },
  );
});
