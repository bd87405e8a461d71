import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { BillingContext } from '../../billing/context.ts';
import { settleMethodSetup } from '../../billing/method-setups/settle-method-setup.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { parseId } from '../../db/new-id.ts';
import {
  type AccountProvider,
  completedSetup,
  createAccountProvider,
  goodKey,
  revokedKey,
} from '../../tests/support/account-provider.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
let sql: Sql;
let context: BillingContext;
let stripe: AccountProvider;
const fake = new FakePaymentProvider();

beforeAll(async () => {
  sql = openDatabase(stackEnv().appDatabaseUrl, { max: 10, name: 'test-setups' });
  stripe = createAccountProvider(fake, { sql });
  const provider = (name: string) => (name === 'stripe' ? stripe.provider : fake);
  context = { ...testSealing, database: { sql }, provider, sendIntents: () => undefined };
  api = await startApiHarness({ context });
});
afterAll(async () => {
  await api.stop();
  await sql.end();
});

const returnUrl = 'https://shop.example/back';

async function openCustomer(key = goodKey) {
  const tenant = await api.makeTenant();
  const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    api.call(method, path, { key: tenant.apiKey, ...(body === undefined ? {} : { body }), headers });
  await send('PUT', '/v1/admin/provider-accounts/stripe', { credentials: { secret_key: key } });
  const customer = await send('POST', '/v1/customers', { email: 'ada@example.com' });
  const customerId: string = customer.body.customer_id;
  const path = `/v1/customers/${customerId}/payment-method-setups`;
  const begin = (body: object = {}, headers: Record<string, string> = {}) =>
    send('POST', path, { provider: 'stripe', return_url: returnUrl, ...body }, headers);
  const methods = async () => (await send('GET', `/v1/customers/${customerId}/payment-methods`)).body.data;
  const read = (id: string) => send('GET', `${path}/${id}`);
  return { tenant, customerId, send, begin, read, methods };
}

async function complete(id: string, { tenantId }: TestTenant): Promise<void> {
  stripe.setups.set(id, await completedSetup(fake, tenantId));
}

function tellOf(id: string, { tenantId }: TestTenant, eventId: string, by: 'ours' | 'theirs' = 'ours') {
  const setupId = by === 'ours' ? parseId('methodSetup', id) : null;
  const providerSetupId = by === 'ours' ? null : `seti_${id}`;
  return settleMethodSetup(context, {
    ...{ tenantId, provider: 'stripe', setupId, providerSetupId, consumer: 'test', eventId },
  });
}

describe('a set-up at the provider’s page', () => {
  it('sends the customer there, and attaches the method when read on the way back', async () => {
    const { tenant, customerId, begin, read, methods } = await openCustomer();
    const begun = await begin();
    const id: string = begun.body.setup_id;
    expect(begun.status).toBe(201);
    expect(begun.body).toMatchObject({
      ...{ customer_id: customerId, provider: 'stripe', status: 'open', url: `https://pay.example/${id}` },
      payment_method_id: null,
    });
    const opensFor = Date.parse(begun.body.expires_at) - Date.parse(begun.body.created_at);
    expect(opensFor).toBe(86_400_000);
    expect((await read(id)).body).toEqual(begun.body);
    await complete(id, tenant);
    const done = await read(id);
    expect(done.body).toMatchObject({ status: 'completed', url: null });
    expect(await methods()).toMatchObject([
      { payment_method_id: done.body.payment_method_id, provider: 'stripe', last4: '4242', default: true },
    ]);
  });

  it('attaches one method, however often and from wherever it is read', async () => {
    const { tenant, begin, read, methods } = await openCustomer();
    const { body } = await begin();
    const id: string = body.setup_id;
    await complete(id, tenant);
    const tellings = ['evt_1', 'evt_2', 'evt_2'].map((eventId) => tellOf(id, tenant, eventId));
    await Promise.all([read(id), read(id), ...tellings, tellOf(id, tenant, 'evt_3', 'theirs')]);
    expect(await methods()).toHaveLength(1);
    expect((await read(id)).body.payment_method_id).toBe((await methods())[0].payment_method_id);
  });

  it('is settled by the provider’s word alone, under the provider’s id', async () => {
    const { tenant, begin, methods } = await openCustomer();
    const { body } = await begin();
    await complete(body.setup_id, tenant);
    await tellOf(body.setup_id, tenant, 'evt_1', 'theirs');
    expect(await methods()).toHaveLength(1);
    const audits = await api.owner`
      select actor from audit_log where resource_id = ${body.setup_id} and action = 'payment_method_setup.completed'`;
    expect(audits).toMatchObject([{ actor: 'provider:stripe' }]);
  });

  it('makes a further method the default only where it says so', async () => {
    const { tenant, begin, read, methods } = await openCustomer();
    for (const body of [{}, {}, { default: true }]) {
      const begun = await begin(body);
      await complete(begun.body.setup_id, tenant);
      await read(begun.body.setup_id);
    }
    const isDefault = (await methods()).map((method: { default: boolean }) => method.default);
    expect(isDefault).toEqual([true, false, false]);
  });

  it('is answered once per key, with one page at the provider', async () => {
    const { begin } = await openCustomer();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [first, again] = [await begin({}, headers), await begin({}, headers)];
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
    expect(stripe.begun.filter((id) => id === first.body.setup_id)).toHaveLength(1);
    const other = await begin({ default: true }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('what does not come to a method', () => {
  it('failed at the provider is failed, with what the provider says', async () => {
    const { begin, read, methods } = await openCustomer();
    const { body } = await begin();
    stripe.setups.set(body.setup_id, { kind: 'failed', code: 'canceled', message: 'The customer gave up.' });
    expect((await read(body.setup_id)).body).toMatchObject({ status: 'failed', message: 'The customer gave up.' });
    expect(await methods()).toEqual([]);
  });

  it('is expired after a day, unless it was completed in time', async () => {
    const { tenant, begin, read } = await openCustomer();
    const [late, inTime] = [(await begin()).body.setup_id, (await begin()).body.setup_id];
    await api.owner`update method_setups set expires_at = now() - interval '1 s' where tenant_id = ${tenant.tenantId}`;
    await complete(inTime, tenant);
    expect((await read(late)).body).toMatchObject({ status: 'expired', url: null });
    expect((await read(inTime)).body.status).toBe('completed');
    await complete(late, tenant);
    expect((await read(late)).body.status).toBe('expired');
  });

  it('reads as it is while the provider is away; a notification is kept for another try', async () => {
    const { tenant, begin, read, methods } = await openCustomer();
    const { body } = await begin();
    stripe.setups.set(body.setup_id, new ProviderError('unknown', 'timeout'));
    expect((await read(body.setup_id)).body).toEqual(body);
    await expect(tellOf(body.setup_id, tenant, 'evt_1')).rejects.toThrow('cannot be asked now');
    await complete(body.setup_id, tenant);
    await tellOf(body.setup_id, tenant, 'evt_1');
    expect(await methods()).toHaveLength(1);
  });

  it('began nowhere answers 503, keeps its row as failed and leaves the key free', async () => {
    const { tenant, begin } = await openCustomer();
    const headers = { 'idempotency-key': 'away' };
    stripe.failNextBegin(new ProviderError('unknown', 'timeout'));
    const away = await begin({}, headers);
    expect([away.status, away.body.code]).toEqual([503, 'provider_unavailable']);
    expect((await begin({}, headers)).status).toBe(201);
    const rows = await api.owner`select status from method_setups where tenant_id = ${tenant.tenantId} order by id`;
    expect(rows.map((row) => row['status'])).toEqual(['failed', 'open']);
  });
});

describe('what is refused', () => {
  it('a provider without an account, with wrong credentials, or without a page', async () => {
    const { begin, send } = await openCustomer(revokedKey);
    Object.assign(fake, { capabilities: { ...fake.capabilities, setup: false } });
    const codesOf = async (bodies: object[]) => {
      const answers = [];
      for (const body of bodies) answers.push(await begin(body));
      return answers.map(({ status, body }) => [status, body.code, body.field]);
    };
    expect(await codesOf([{ provider: 'paypal' }, {}, {}, { provider: 'sandbox' }])).toEqual([
      [409, 'provider_not_configured', 'provider'],
      [409, 'provider_credentials_refused', 'provider'],
      [409, 'provider_credentials_refused', 'provider'],
      [400, 'not_supported', 'provider'],
    ]);
    await send('DELETE', '/v1/admin/provider-accounts/stripe');
    expect(await codesOf([{}])).toEqual([[409, 'provider_not_configured', 'provider']]);
  });

  it.each(['javascript:alert(1)', 'shop.example', ''])('to come back to %j', async (url) => {
    const { begin } = await openCustomer();
    const answer = await begin({ return_url: url });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', 'return_url']);
  });

  it('another customer’s set-up, and another tenant’s', async () => {
    const [one, other] = [await openCustomer(), await openCustomer()];
    const { body } = await one.begin();
    const second = await one.send('POST', '/v1/customers', { email: 'bob@example.com' });
    const path = `/v1/customers/${second.body.customer_id}/payment-method-setups/${body.setup_id}`;
    expect((await one.send('GET', path)).status).toBe(404);
    expect((await other.read(body.setup_id)).status).toBe(404);
    await tellOf(body.setup_id, other.tenant, 'evt_1');
    expect((await one.read(body.setup_id)).body.status).toBe('open');
  });
});

it('a token is taken of a provider with an account, and its wrong credentials are said', async () => {
  const { customerId, send } = await openCustomer();
  const attach = () =>
    send('POST', `/v1/customers/${customerId}/payment-methods`, { provider: 'stripe', token: 'tok_ok' });
  expect((await attach()).body).toMatchObject({ provider: 'stripe', default: true });
  await send('PUT', '/v1/admin/provider-accounts/stripe', { credentials: { secret_key: revokedKey } });
  for (const _time of ['asked', 'known']) {
    const refused = await attach();
    expect([refused.status, refused.body.code]).toEqual([409, 'provider_credentials_refused']);
  }
});

it('the providers a customer can be sent to are those with an account in use and a page of their own', async () => {
  const { send } = await openCustomer();
  const list = async () => (await send('GET', '/v1/payment-method-providers')).body.data;
  expect(await list()).toEqual([{ provider: 'stripe' }]);
  await send('DELETE', '/v1/admin/provider-accounts/stripe');
  expect(await list()).toEqual([]);
});
