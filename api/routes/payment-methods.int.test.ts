import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

async function makeCustomer(): Promise<string> {
  const { body } = await api.call('POST', '/v1/customers', { key: tenant.apiKey, body: { email: 'ada@example.com' } });
  return body.customer_id;
}

function attach(customerId: string, body: object = {}, headers: Record<string, string> = {}) {
  const path = `/v1/customers/${customerId}/payment-methods`;
  return api.call('POST', path, {
    key: tenant.apiKey,
    body: { provider: 'sandbox', token: 'tok_ok', ...body },
    headers,
  });
}

const send = (method: string, path: string) => api.call(method, `/v1/customers/${path}`, { key: tenant.apiKey });
const defaultOf = async (customerId: string) => (await send('GET', customerId)).body.default_payment_method_id;

describe('a payment method', () => {
  it('of the sandbox, by token or by its page, is none in a live tenant: play money pays nothing there', async () => {
    const live = await api.makeTenant();
    await api.owner`update tenants set mode = 'live' where tenant_id = ${live.tenantId}`;
    const key = await api.makeKey(live.tenantId, 'admin');
    const send = (path: string, body: object) => api.call('POST', `/v1/customers${path}`, { key, body });
    const { customer_id: id } = (await send('', { email: 'ada@example.com' })).body;
    const method = { provider: 'sandbox', default: true };
    const answers = [
      await send(`/${id}/payment-methods`, { ...method, token: 'tok_ok' }),
      await send(`/${id}/payment-method-setups`, { ...method, return_url: 'https://shop.example/' }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 409, body: { code: 'provider_not_configured', field: 'provider' } });
    const kept = await api.owner`
      select 1 from payment_methods where tenant_id = ${live.tenantId}
      union all select 1 from method_setups where tenant_id = ${live.tenantId}`;
    expect(kept).toEqual([]);
  });

  it('is kept as the provider’s token and what may be shown; the first becomes the default', async () => {
    const customerId = await makeCustomer();
    const first = await attach(customerId);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      provider: 'sandbox',
      brand: 'visa',
      last4: '4242',
      default: true,
      status: 'active',
    });
    const second = await attach(customerId);
    expect(second.body.default).toBe(false);
    expect(await defaultOf(customerId)).toBe(first.body.payment_method_id);
    const list = await send('GET', `${customerId}/payment-methods`);
    expect(list.body.data).toEqual([second.body, first.body]);
  });

  it('becomes the default when it says so, or later', async () => {
    const customerId = await makeCustomer();
    const first = await attach(customerId);
    const second = await attach(customerId, { default: true });
    expect([second.body.default, await defaultOf(customerId)]).toEqual([true, second.body.payment_method_id]);
    const back = await send('POST', `${customerId}/payment-methods/${first.body.payment_method_id}/default`);
    expect([back.status, back.body]).toEqual([200, first.body]);
    expect(await defaultOf(customerId)).toBe(first.body.payment_method_id);
  });

  it('has one first among several at once', async () => {
    const customerId = await makeCustomer();
    const answers = await Promise.all(Array.from({ length: 5 }, () => attach(customerId)));
    expect(answers.filter(({ body }) => body.default)).toHaveLength(1);
  });

  it('is detached, also as the default, and is gone then', async () => {
    const customerId = await makeCustomer();
    const { body } = await attach(customerId);
    const path = `${customerId}/payment-methods/${body.payment_method_id}`;
    const detached = await send('DELETE', path);
    expect(detached).toMatchObject({ status: 200, body: { ...body, default: false, status: 'detached' } });
    expect(await defaultOf(customerId)).toBeNull();
    expect([(await send('DELETE', path)).status, (await send('POST', `${path}/default`)).status]).toEqual([404, 404]);
    expect((await send('GET', `${customerId}/payment-methods`)).body.data).toEqual([]);
  });

  it('stays while a live subscription names it', async () => {
    const { customerId, subscriptionId, paymentMethodId } = await subscribe(api, tenant);
    const body = { payment_method_id: paymentMethodId };
    await api.call('PUT', `/subscriptions/${subscriptionId}`, { key: tenant.apiKey, body });
    const path = `${customerId}/payment-methods/${paymentMethodId}`;
    const refused = await send('DELETE', path);
    expect([refused.status, refused.body.code]).toEqual([409, 'method_in_use']);
    await api.call('DELETE', `/subscriptions/${subscriptionId}`, { key: tenant.apiKey });
    expect((await send('DELETE', path)).status).toBe(200);
  });

  it('is another customer’s nowhere', async () => {
    const [mine, theirs] = [await makeCustomer(), await makeCustomer()];
    const { body } = await attach(theirs);
    const path = `${mine}/payment-methods/${body.payment_method_id}`;
    expect([(await send('DELETE', path)).status, (await send('POST', `${path}/default`)).status]).toEqual([404, 404]);
  });
});

describe('a token', () => {
  it('that the provider does not know is refused, again under the same key', async () => {
    const customerId = await makeCustomer();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [first, second] = [
      await attach(customerId, { token: 'tok_no_such' }, headers),
      await attach(customerId, { token: 'tok_no_such' }, headers),
    ];
    expect([first.status, first.body.code, first.body.field]).toEqual([400, 'unknown_token', 'token']);
    expect([second.body, second.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
  });

  it('that is a card number is refused and reaches nobody', async () => {
    const customerId = await makeCustomer();
    const answer = await attach(customerId, { token: '4242424242424242' });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'card_number_refused', 'token']);
    expect(answer.text).not.toContain('4242424242424242');
  });

  it('of a provider the tenant has no account at is refused by name', async () => {
    const answer = await attach(await makeCustomer(), { provider: 'stripe' });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([409, 'provider_not_configured', 'provider']);
  });
});

describe('while the provider is away', () => {
  it('answers 503 and leaves the key free for the same request', async () => {
    let away = true;
    const { provider } = api;
    const flaky = Object.assign(Object.create(provider) as typeof provider, {
      attachMethod: (request: Parameters<typeof provider.attachMethod>[0]) =>
        away ? Promise.reject(new ProviderError('unknown', 'timeout')) : provider.attachMethod(request),
    });
    const own = await startApiHarness({
      context: { ...testSealing, database: { sql: api.sql }, provider: () => flaky, sendIntents: () => undefined },
    });
    try {
      const { apiKey } = await own.makeTenant();
      const customer = await own.call('POST', '/v1/customers', { key: apiKey, body: { email: 'a@b.io' } });
      const path = `/v1/customers/${customer.body.customer_id}/payment-methods`;
      const request = {
        key: apiKey,
        body: { provider: 'sandbox', token: 'tok_ok' },
        headers: { 'idempotency-key': 'k' },
      };
      const first = await own.call('POST', path, request);
      expect([first.status, first.body.code]).toEqual([503, 'provider_unavailable']);
      expect(first.headers.get('retry-after')).toBe('1');
      away = false;
      const second = await own.call('POST', path, request);
      expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, null]);
    } finally {
      await own.stop();
    }
  });
});
