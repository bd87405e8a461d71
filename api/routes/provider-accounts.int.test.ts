import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccountSource } from '../../billing/provider-accounts/open-account.ts';
import { goodKey, revokedKey } from '../../tests/support/account-provider.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

const path = '/v1/admin/provider-accounts';
const signing_secret = 'a secret to sign by';

async function openTenant() {
  const tenant = await api.makeTenant();
  const send = (method: string, rest: string, body?: object, headers: Record<string, string> = {}) =>
    api.call(method, `${path}${rest}`, { key: tenant.apiKey, ...(body === undefined ? {} : { body }), headers });
  return { tenant, send };
}

/** A key for tests opens no live tenant, so it has another from then on. */
async function makeLive(tenant: TestTenant): Promise<void> {
  await api.owner`update tenants set mode = 'live' where tenant_id = ${tenant.tenantId}`;
  tenant.apiKey = await api.makeKey(tenant.tenantId, 'admin');
}

/** Every text the platform keeps of a tenant or has written down about it. */
async function everythingKept(tenantId: string): Promise<string> {
  const tables = ['provider_accounts', 'audit_log', 'idempotency_keys', 'outbox', 'webhook_endpoints'];
  const rows = await Promise.all(
    tables.map((name) => api.owner`select t::text as text from ${api.owner(name)} t where tenant_id = ${tenantId}`),
  );
  return JSON.stringify(rows) + api.logged.join('');
}

describe('an account at a provider', () => {
  it('is put, read, listed and disabled, and shows no secret anywhere', async () => {
    const { tenant, send } = await openTenant();
    const headers = { 'idempotency-key': 'put' };
    const input = { credentials: { secret_key: goodKey }, account_ref: 'acct_1' };
    const put = await send('PUT', '/stripe', input, headers);
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({
      ...{ provider: 'stripe', mode: 'test', status: 'active', status_reason: null, account_ref: 'acct_1' },
      ...{ credentials: { secret_key: '…0001' }, settings: {} },
    });
    const again = await send('PUT', '/stripe', input, headers);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([put.body, 'true']);
    const other = await send('PUT', '/stripe', { account_ref: 'acct_2' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await send('GET', '/stripe')).body).toEqual(put.body);
    expect((await send('GET', '')).body).toEqual({ data: [put.body] });
    const disabled = await send('DELETE', '/stripe');
    expect(disabled.body).toMatchObject({ status: 'disabled', credentials: {} });
    const kept = await everythingKept(tenant.tenantId);
    expect(kept).toContain('provider_account.put');
    expect(kept).not.toContain(goodKey);
  });

  it('keeps what a change does not name', async () => {
    const { send } = await openTenant();
    const credentials = { signing_secret: 'a signing secret of its own' };
    const settings = { base_url: 'http://127.0.0.1:9/pay', key_window_hours: '48' };
    await send('PUT', '/custom', { credentials, settings });
    const changed = await send('PUT', '/custom', { account_ref: 'shop 7' });
    expect(changed.body).toMatchObject({
      ...{ account_ref: 'shop 7', settings, credentials: { signing_secret: '… own' } },
    });
    const others = { base_url: 'https://pay.example', key_window_hours: '24' };
    const cleared = await send('PUT', '/custom', { account_ref: null, settings: others });
    expect(cleared.body).toMatchObject({ account_ref: null, settings: others });
  });

  it('opens for its own tenant, and for nobody once it is disabled', async () => {
    const { tenant, send } = await openTenant();
    const { tenant: stranger } = await openTenant();
    const accountOf = createAccountSource({ database: { sql: api.sql }, sealer: testSealing.sealer }, 'paypal');
    const credentials = { client_id: 'client-id-1', client_secret: 'client-secret-1' };
    await send('PUT', '/paypal', { credentials, account_ref: 'merchant' });
    expect(await accountOf(tenant.tenantId)).toEqual({
      ...{ mode: 'test', credentials, settings: { account_ref: 'merchant' } },
    });
    const missing = { kind: 'not_sent', code: 'not_configured' };
    await expect(accountOf(stranger.tenantId)).rejects.toMatchObject(missing);
    await send('DELETE', '/paypal');
    await expect(accountOf(tenant.tenantId)).rejects.toMatchObject(missing);
  });

  it('is unknown where there is none', async () => {
    const { send } = await openTenant();
    for (const [method, rest] of [
      ...([
        ['GET', '/stripe'],
        ['DELETE', '/stripe'],
        ['POST', '/stripe/check'],
        ['GET', '/square'],
      ] as const),
    ]) {
      const answer = await send(method, rest);
      expect([method, rest, answer.status, answer.body.code]).toEqual([method, rest, 404, 'not_found']);
    }
  });
});

describe('bad input', () => {
  it.each([
    ['a key of the other mode', 'stripe', { credentials: { secret_key: 'sk_live_51' } }, 'credentials.secret_key'],
    ['a publishable key', 'stripe', { credentials: { secret_key: 'pk_test_51' } }, 'credentials.secret_key'],
    ['a missing part', 'paypal', { credentials: { client_id: 'id' } }, 'credentials.client_secret'],
    ['an unknown part', 'stripe', { credentials: { secret_key: 'sk_test_5', more: 'x' } }, 'credentials.more'],
    ['nothing at all', 'stripe', {}, 'credentials.secret_key'],
    ['no address', 'custom', { credentials: { signing_secret } }, 'settings.base_url'],
    [
      'a short secret',
      'custom',
      { credentials: { signing_secret: 'short' }, settings: { base_url: 'https://p.example', key_window_hours: '24' } },
      'credentials.signing_secret',
    ],
    [
      'no key window',
      'custom',
      { credentials: { signing_secret }, settings: { base_url: 'https://p.example' } },
      'settings.key_window_hours',
    ],
    [
      'an address that is none',
      'custom',
      { credentials: { signing_secret }, settings: { base_url: 'file:///etc/passwd', key_window_hours: '24' } },
      'settings.base_url',
    ],
    [
      'a key window of no hours',
      'custom',
      { credentials: { signing_secret }, settings: { base_url: 'https://p.example', key_window_hours: '0' } },
      'settings.key_window_hours',
    ],
  ])('%s is refused by field', async (_what, provider, body, field) => {
    const { send } = await openTenant();
    const answer = await send('PUT', `/${provider}`, body);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
    expect(answer.text).not.toContain('sk_live_51');
    expect((await send('GET', `/${provider}`)).status).toBe(404);
  });

  it('of a live tenant: a test key, an address without TLS, an address in place of the provider’s own', async () => {
    const { tenant, send } = await openTenant();
    await makeLive(tenant);
    const bodies = [
      ['stripe', { credentials: { secret_key: goodKey } }],
      ['stripe', { credentials: { secret_key: 'sk_live_51' }, settings: { base_url: 'https://api.example' } }],
      [
        'custom',
        { credentials: { signing_secret }, settings: { base_url: 'http://pay.example', key_window_hours: '24' } },
      ],
    ] as const;
    const answers = await Promise.all(bodies.map(([provider, body]) => send('PUT', `/${provider}`, body)));
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
    const live = await send('PUT', '/stripe', { credentials: { secret_key: 'rk_live_51' } });
    expect(live.body).toMatchObject({ mode: 'live', credentials: { secret_key: '…' } });
  });

  it('the sandbox has no accounts', async () => {
    const { send } = await openTenant();
    const answer = await send('PUT', '/sandbox', { credentials: {} });
    expect([answer.status, answer.body.code]).toEqual([400, 'not_supported']);
  });
});

it('is another tenant’s nowhere', async () => {
  const { send } = await openTenant();
  const { send: sendAsOther } = await openTenant();
  await send('PUT', '/stripe', { credentials: { secret_key: revokedKey } });
  expect((await sendAsOther('GET', '')).body).toEqual({ data: [] });
  expect((await sendAsOther('DELETE', '/stripe')).status).toBe(404);
  expect((await send('GET', '/stripe')).body.status).toBe('active');
});
