import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { newId } from '../db/new-id.ts';
import { subscribe } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { openCustomerSession, sameOrigin } from '../tests/support/test-portals.ts';

type Ids = Record<string, string>;

/** Everything a customer may call; whoever adds a route to this list has thought about what it shows. */
const reachable = [
  ...['changeCustomer', 'readCustomer', 'listPlans', 'readPlan'],
  ...['listPaymentMethods', 'setDefaultPaymentMethod', 'detachPaymentMethod', 'beginMethodSetup', 'readMethodSetup'],
  ...['createSubscription', 'listSubscriptions', 'readSubscription', 'changeSubscription', 'cancelSubscription'],
  ...['pauseSubscription', 'resumeSubscription', 'uncancelSubscription', 'previewChange', 'forecastSubscription'],
  ...['readTimeline', 'listInvoices', 'readInvoice', 'readInvoicePdf', 'listPayments', 'readPayment'],
  ...[
    'listMethodProviders',
    'requestPayment',
    'requestRefund',
    'listAskedRefunds',
    'readSession',
    'listSessions',
    'endSession',
    'followChanges',
  ],
].sort();

const all = [...routeRegistry].filter(([, contract]) => contract.tag !== 'Webhooks');
const forCustomers = all.filter(([, { forCustomers }]) => forCustomers !== undefined);
const withIds = forCustomers.filter(([, { path }]) => path.includes('{'));

let api: ApiHarness;
let tenant: TestTenant;
let cookie: string;
let mine: Ids;
let others: Ids;
let foreign: Ids;

async function makeIds(of: TestTenant, email: string): Promise<Ids> {
  const plan = { metadata: { margin: 'secret-margin' }, max_subscriptions: 77 };
  const customer = { email, metadata: { score: 'secret-score' } };
  const made = await subscribe(api, of, { plan, customer });
  const setupId = newId('methodSetup');
  await api.owner`
    insert into method_setups (tenant_id, id, customer_id, provider, status, return_url, expires_at)
    values (${of.tenantId}, ${setupId}, ${made.customerId}, 'stripe', 'failed', 'https://example.com', now())`;
  const { body: asked } = await api.call('POST', `/v1/payments/${made.paymentId}/refund-requests`, {
    ...{ key: of.apiKey, body: { amount: 5, reason: 'too dear' } },
  });
  return {
    refund_request_id: asked.refund_request_id,
    customer_id: made.customerId,
    plan_id: made.planId,
    payment_method_id: made.paymentMethodId,
    subscription_id: made.subscriptionId,
    invoice_id: made.invoiceId,
    payment_id: made.paymentId,
    setup_id: setupId,
  };
}

beforeAll(async () => {
  api = await startApiHarness();
  const elsewhere = await api.makeTenant();
  tenant = await api.makeTenant();
  mine = await makeIds(tenant, 'mine@example.com');
  others = await makeIds(tenant, 'other@example.com');
  foreign = await makeIds(elsewhere, 'foreign@example.com');
  ({ cookie } = await openCustomerSession(api.portals, tenant.tenantId, mine['customer_id'] ?? ''));
});
afterAll(() => api.stop());

function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  return api.call(method, path, { headers: { cookie, ...sameOrigin, ...headers }, ...(body ? { body } : {}) });
}

function send({ method, path }: RouteContract, ids: Ids, body?: object) {
  const address = `/v1${path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? `${name}_of_nobody`)}`;
  return call(method.toUpperCase(), address, method === 'get' ? undefined : (body ?? {}));
}

const unknown: Ids = {
  customer_id: newId('customer'),
  plan_id: newId('plan'),
  payment_method_id: newId('paymentMethod'),
  subscription_id: newId('subscription'),
  invoice_id: newId('invoice'),
  payment_id: newId('payment'),
  setup_id: newId('methodSetup'),
  refund_request_id: newId('refundRequest'),
  session_id: newId('session'),
};

describe('a customer', () => {
  it('reaches what a portal for customers needs', () => {
    expect(forCustomers.map(([name]) => name).sort()).toEqual(reachable);
  });

  it.each(all.filter(([, contract]) => contract.forCustomers === undefined))(
    '%s is not for customers, whatever the id',
    async (_name, contract) => {
      const answers = await Promise.all([mine, others, unknown].map((ids) => send(contract, ids)));
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [403, 'forbidden']));
    },
  );

  it.each(withIds)('%s answers another customer’s ids as those of nobody', async (_name, contract) => {
    const ids = [unknown, others, foreign, {}];
    const answers = await Promise.all(ids.map((one) => send(contract, one)));
    // Plans are on offer to every customer.
    const own = contract.path === '/plans/{plan_id}' ? [404, 200, 404, 404] : [404, 404, 404, 404];
    expect(answers.map(({ status }) => status)).toEqual(own);
    const refused = answers.filter(({ status }) => status === 404);
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1);
  });

  it.each(withIds.filter(([, { path }]) => path.split('{').length > 2))(
    '%s wants every id of the path to be its own',
    async (_name, contract) => {
      const mixed = [
        { ...mine, customer_id: others['customer_id'] ?? '' },
        { ...others, customer_id: mine['customer_id'] ?? '' },
      ];
      const answers = await Promise.all(mixed.map((ids) => send(contract, ids)));
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
  );

  it.each(forCustomers.filter(([, { query }]) => query !== undefined))(
    '%s lists nothing of another customer, whatever the filter',
    async (name, contract) => {
      const path = `/v1${contract.path.replace(/\{(\w+)\}/g, (_match, param: string) => mine[param] ?? '')}`;
      const shape = (contract.query as unknown as { shape: Record<string, unknown> }).shape;
      const filters = ['customer_id', 'subscription_id'].filter((filter) => filter in shape);
      const plain = await call('GET', path);
      expect(plain.status).toBe(200);
      const filtered = await Promise.all(filters.map((filter) => call('GET', `${path}?${filter}=${others[filter]}`)));
      const texts = [plain, ...filtered].map(({ text }) => text);
      for (const id of Object.values({ ...others, plan_id: foreign['plan_id'] ?? '' }))
        expect(texts.join('').includes(id), `${name} ${id}`).toBe(name === 'listPlans' && id === others['plan_id']);
      if (filters.includes('customer_id')) expect(plain.text).toContain(mine['customer_id']);
    },
  );
});

describe('what a customer says', () => {
  it.each([
    ['createSubscription', 'metadata', { a: 'b' }],
    ['createSubscription', 'start_date', '2030-01-01'],
    ['createSubscription', 'trial_period_days', 365],
    ['createSubscription', 'payment_behavior', 'allow_incomplete'],
    ['createSubscription', 'group_id', 'a group'],
    ['changeSubscription', 'next_billing_date', '2030-01-01'],
    ['changeSubscription', 'metadata', { a: 'b' }],
    ['changeSubscription', 'proration', 'none'],
    ['previewChange', 'next_billing_date', '2030-01-01'],
    ['changeCustomer', 'status', 'inactive'],
    ['changeCustomer', 'metadata', { a: 'b' }],
    ['changeCustomer', 'country', 'DE'],
    ['requestPayment', 'reason', 'additional_charge'],
  ])('%s takes no %s', async (name, field, value) => {
    const contract = routeRegistry.get(name);
    if (!contract) throw new Error(`no route ${name}`);
    const required: Record<string, object> = {
      createSubscription: { customer_id: mine['customer_id'], plan_id: mine['plan_id'] },
      requestPayment: { subscription_id: mine['subscription_id'], amount: 1 },
    };
    const answer = await send(contract, mine, { ...required[name], [field]: value });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });

  it('subscribes itself to a plan on offer, and changes, pauses, resumes and cancels that', async () => {
    const plans = ['Small', 'Large'].map((name) =>
      api.call('POST', '/v1/plans', {
        key: tenant.apiKey,
        body: { name, amount: 500, currency: 'USD', interval: 'month' },
      }),
    );
    const [small, large] = (await Promise.all(plans)).map(({ body }) => body.plan_id as string);
    const created = await call('POST', '/v1/subscriptions', { customer_id: mine['customer_id'], plan_id: small });
    expect([created.status, created.body.status]).toEqual([201, 'active']);
    const path = `/v1/subscriptions/${created.body.subscription_id}`;
    const steps = [
      await call('POST', `${path}/preview`, { plan_id: large }),
      await call('PUT', path, { plan_id: large, quantity: 2 }),
      await call('POST', `${path}/pause`),
      await call('POST', `${path}/resume`),
      await call('DELETE', path, { at: 'period_end', reason: 'moving' }),
      await call('POST', `${path}/uncancel`),
      await call('DELETE', path),
    ];
    expect(steps.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 200]);
    expect(steps.at(-1)?.body.status).toBe('canceled');
  });

  it.each([
    ['another customer', 'customer_id', () => others],
    ['another customer’s method', 'payment_method_id', () => others],
    ['another tenant’s plan', 'plan_id', () => foreign],
  ])('opens no subscription for %s', async (_name, field, idsOf) => {
    const body = { customer_id: mine['customer_id'], plan_id: mine['plan_id'] };
    const subscribeWith = (ids: Ids) => call('POST', '/v1/subscriptions', { ...body, [field]: ids[field] });
    const [answer, none] = [await subscribeWith(idsOf()), await subscribeWith(unknown)];
    expect([answer.status, answer.text]).toEqual([404, none.text]);
  });

  it('pays and changes nothing of another customer’s', async () => {
    const pay = (id: string | undefined) =>
      call('POST', '/v1/payments', { subscription_id: id, amount: 1_999, reason: 'manual_retry' });
    const [other, none] = [await pay(others['subscription_id']), await pay(unknown['subscription_id'])];
    expect([other.status, other.text]).toEqual([404, none.text]);
    const method = await call('PUT', `/v1/subscriptions/${mine['subscription_id']}`, {
      payment_method_id: others['payment_method_id'],
    });
    expect(method.status).toBe(404);
  });

  it('asks for a refund of its own payment, and reads the answer that is meant for it', async () => {
    const declined = { note: 'a secret note', customer_message: 'Used for a month' };
    for (const { refund_request_id: id } of [mine, others]) {
      const path = `/v1/admin/refund-requests/${id}/decline`;
      const answer = await api.call('POST', path, { key: tenant.apiKey, body: declined });
      expect(answer.body).toMatchObject({ status: 'declined', decision_note: declined.note });
    }
    const asked = await call('POST', `/v1/payments/${mine['payment_id']}/refund-requests`, { reason: 'not used' });
    expect(asked.body).toMatchObject({ status: 'open', customer_id: mine['customer_id'], decision_note: null });
    const list = await call('GET', `/v1/refund-requests?customer_id=${others['customer_id']}`);
    expect(list.body.data).toMatchObject([
      { refund_request_id: asked.body.refund_request_id, status: 'open', customer_message: null, refund: null },
      { refund_request_id: mine['refund_request_id'], status: 'declined', decision_note: null, refund: null },
    ]);
    expect(list.body.data[1].customer_message).toBe('Used for a month');
    expect(list.text).not.toMatch(/secret/);
  });
});

describe('an idempotency key', () => {
  it('of a customer is neither the tenant’s nor another customer’s', async () => {
    const { cookie: theirs } = await openCustomerSession(api.portals, tenant.tenantId, others['customer_id'] ?? '');
    const key = { 'idempotency-key': crypto.randomUUID() };
    const change = (id: string | undefined, headers: Record<string, string>, name: string) =>
      api.call('PUT', `/v1/customers/${id}`, { headers: { ...sameOrigin, ...key, ...headers }, body: { name } });
    const answers = [
      await change(mine['customer_id'], { cookie }, 'Mine'),
      await change(others['customer_id'], { cookie: theirs }, 'Other'),
      await change(others['customer_id'], { authorization: `Bearer ${tenant.apiKey}` }, 'Business'),
    ];
    expect(answers.map(({ status, body }) => [status, body.name])).toEqual([
      [200, 'Mine'],
      [200, 'Other'],
      [200, 'Business'],
    ]);
    const again = await change(mine['customer_id'], { cookie }, 'Mine');
    expect([again.body.name, again.headers.get('idempotency-replayed')]).toEqual(['Mine', 'true']);
    const reused = await change(mine['customer_id'], { cookie }, 'Mine again');
    expect(reused.body.code).toBe('idempotency_key_reused');
    expect(again.text).not.toContain('secret-score');
  });
});

describe('what a customer reads', () => {
  it('holds nothing a business keeps to itself', async () => {
    const paths = [
      `/v1/customers/${mine['customer_id']}`,
      `/v1/plans/${mine['plan_id']}`,
      '/v1/plans',
      '/v1/subscriptions',
      `/v1/subscriptions/${mine['subscription_id']}/timeline`,
      '/v1/payments',
      `/v1/payments/${mine['payment_id']}`,
    ];
    const answers = await Promise.all(paths.map((path) => call('GET', path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    const texts = answers.map(({ text }) => text).join('\n');
    expect(texts).not.toMatch(/secret-margin|secret-score|"max_subscriptions":77|change_metadata|other@example\.com/);
    const byKey = await api.call('GET', `/v1/plans/${mine['plan_id']}`, { key: tenant.apiKey });
    expect(byKey.text).toMatch(/secret-margin/);
    expect(answers[4]?.body.data.map(({ details }: { details: object }) => details)).toEqual(
      answers[4]?.body.data.map(() => ({})),
    );
  });

  it('is of active plans, and of an archived one it has', async () => {
    const body = { name: 'Old', amount: 5, currency: 'USD', interval: 'month' };
    const old = (await api.call('POST', '/v1/plans', { key: tenant.apiKey, body })).body.plan_id;
    await api.call('POST', `/v1/plans/${old}/archive`, { key: tenant.apiKey, body: {} });
    const list = await call('GET', '/v1/plans?status=archived');
    expect(list.text).not.toContain(old);
    expect((await call('GET', `/v1/plans/${old}`)).status).toBe(404);
    const { cookie: theirs } = await openCustomerSession(api.portals, tenant.tenantId, others['customer_id'] ?? '');
    await api.call('POST', `/v1/plans/${others['plan_id']}/archive`, { key: tenant.apiKey, body: {} });
    const read = (session: string) =>
      api.call('GET', `/v1/plans/${others['plan_id']}`, { headers: { cookie: session } });
    expect([(await read(theirs)).status, (await read(cookie)).status]).toEqual([200, 404]);
  });

  it('is its invoice, also as a document', async () => {
    const pdf = await call('GET', `/v1/invoices/${mine['invoice_id']}/pdf`);
    expect([pdf.status, pdf.text.slice(0, 5)]).toEqual([200, '%PDF-']);
  });
});

it('a customer that becomes inactive is out within five seconds', async () => {
  const made = await makeIds(tenant, 'leaving@example.com');
  const path = `/v1/customers/${made['customer_id']}`;
  const session = await openCustomerSession(api.portals, tenant.tenantId, made['customer_id'] ?? '');
  const read = () => api.call('GET', path, { headers: { cookie: session.cookie } });
  expect((await read()).status).toBe(200);
  await api.call('PUT', path, { key: tenant.apiKey, body: { status: 'inactive' } });
  const end = performance.now() + 5_000;
  let { status } = await read();
  while (status === 200 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ({ status } = await read());
  }
  expect(status).toBe(401);
});
