import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxServer, startSandboxServer } from '../server/start-server.ts';

let folder: string;
let server: SandboxServer;
let accessToken: string;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paypal-server-'));
  const onError = (error: unknown) => void failures.push(error);
  const paypal = { port: 0, webhookUrl: null };
  server = await startSandboxServer({ host: '127.0.0.1', port: 0, folder, webhook: null, paypal, onError });
  const answer = await fetchToken('shop:secret_shop');
  accessToken = ((await answer.json()) as { access_token: string }).access_token;
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function fetchToken(credentials: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return fetch(`${server.paypalUrl}/v1/oauth2/token`, { method: 'POST', headers: { authorization } });
}

function call(method: string, path: string, body?: object | string, headers: Record<string, string> = {}) {
  return fetch(`${server.paypalUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'paypal-request-id': crypto.randomUUID(), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

async function vaultCard(): Promise<string> {
  const source = { payment_source: { token: { id: 'tok_ok', type: 'SETUP_TOKEN' } } };
  return ((await (await call('POST', '/v3/vault/payment-tokens', source)).json()) as { id: string }).id;
}

async function order(value: string, currency_code: string): Promise<object> {
  return {
    intent: 'CAPTURE',
    purchase_units: [{ amount: { currency_code, value } }],
    payment_source: { card: { vault_id: await vaultCard(), stored_credential: {} } },
  };
}

describe("PayPal's dialect over the wire", () => {
  it('answers health and counts its requests beside the others', async () => {
    expect((await fetch(`${server.paypalUrl}/health/ready`)).status).toBe(200);
    await vaultCard();
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(
      'sandbox_provider_requests_total{route="paypal POST /v3/vault/payment-tokens",result="201"',
    );
  });

  it.each([
    ['a wrong secret', 'shop:secret'],
    ["another account's secret", 'shop:secret_other'],
    ['no secret', 'shop'],
  ])('hands out no token for %s', async (_name, credentials) => {
    const answer = await fetchToken(credentials);
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }]);
  });

  it.each(['', 'Bearer ', 'Bearer x', 'Bearer A21AAxyz.abc', 'Bearer A21AAWzFd.abc', 'Basic c2hvcDpzZWNyZXRfc2hvcA=='])(
    'refuses the authorization %j',
    async (authorization) => {
      const answer = await call('GET', '/v2/checkout/orders/ORDER', undefined, { authorization });
      expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_token' }]);
    },
  );

  const range = (start: string, end: string) => `/v1/reporting/transactions?start_date=${start}&end_date=${end}`;
  it.each([
    ['malformed JSON', 'POST', '/v2/checkout/orders', '{nope', 400],
    ['a missing field', 'POST', '/v2/checkout/orders', { intent: 'CAPTURE' }, 400],
    ['an unknown order', 'GET', '/v2/checkout/orders/ORDER', undefined, 404],
    ['an unknown capture', 'GET', '/v2/payments/captures/CAPTURE', undefined, 404],
    ['an unknown path', 'GET', '/v2/nothing', undefined, 404],
    ['more than 31 days', 'GET', range('2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z'), undefined, 400],
    ['days that run backwards', 'GET', range('2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z'), undefined, 400],
    ['a body over 64 KiB', 'POST', '/v2/checkout/orders', { text: 'x'.repeat(70_000) }, 413],
  ])('refuses %s', async (_name, method, path, body, status) => {
    const answer = await call(method, path, body);
    expect([answer.status, await answer.json()]).toMatchObject([status, { name: expect.any(String), details: [{}] }]);
  });

  it.each([
    ['5.00', 'JPY', 422, 'DECIMALS_NOT_SUPPORTED'],
    ['0.00', 'USD', 422, 'CANNOT_BE_ZERO_OR_NEGATIVE'],
    ['500', 'JPY', 201, null],
    ['5.00', 'USD', 201, null],
  ])('an order of %s %s', async (value, currency, status, issue) => {
    const answer = await call('POST', '/v2/checkout/orders', await order(value, currency));
    expect(answer.status).toBe(status);
    if (issue !== null) expect(await answer.json()).toMatchObject({ details: [{ issue }] });
  });

  it('wants a request id for every order', async () => {
    const answer = await call('POST', '/v2/checkout/orders', await order('5.00', 'USD'), { 'paypal-request-id': '' });
    expect(await answer.json()).toMatchObject({ details: [{ issue: 'PAYPAL_REQUEST_ID_REQUIRED' }] });
  });

  it("shows an order to its own account only, and its payer's page to anybody", async () => {
    const created = await call('POST', '/v2/checkout/orders', await order('5.00', 'USD'));
    const { id } = (await created.json()) as { id: string };
    const other = await fetchToken('other:secret_other');
    const { access_token } = (await other.json()) as { access_token: string };
    const foreign = await call('GET', `/v2/checkout/orders/${id}`, undefined, {
      authorization: `Bearer ${access_token}`,
    });
    expect([foreign.status, await foreign.json()]).toMatchObject([403, { details: [{ issue: 'PERMISSION_DENIED' }] }]);
    expect(await (await fetch(`${server.paypalUrl}/checkoutnow?token=${id}`)).text()).toContain('decided');
  });

  it('met no error of its own', () => {
    expect(failures).toEqual([]);
  });
});
