import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookPurpose } from '../../db/queries/configured-endpoints.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const path = '/v1/admin/webhook-endpoints';
const generated = /^whsec_[A-Za-z0-9+/]{43}=$/;

function send(method: string, rest: string, body?: object, headers: Record<string, string> = {}) {
  return api.call(method, `${path}${rest}`, { key: tenant.apiKey, ...(body === undefined ? {} : { body }), headers });
}

/** As the door finds it: by the endpoint alone, with no tenant set. */
async function secretAtTheDoor(provider: string, id: string): Promise<string | null> {
  const [row] = await api.sql<{ tenantId: string; id: string; secret: Uint8Array; sealedBy: string }[]>`
    select * from find_webhook_endpoints(${provider}, ${id}, null)`;
  return row ? testSealing.sealer.open({ sealed: row.secret, sealedBy: row.sealedBy }, webhookPurpose(row)) : null;
}

describe('an endpoint for notifications', () => {
  it('shows a generated secret once, and to no replay', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const made = await send('POST', '', { provider: 'custom' }, headers);
    const id: string = made.body.webhook_endpoint_id;
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{ provider: 'custom', mode: 'test', status: 'active', settings: {} },
      url: `https://redcore.example/webhooks/custom/${id}`,
    });
    expect(made.body.secret).toMatch(generated);
    expect(await secretAtTheDoor('custom', id)).toBe(made.body.secret);
    const replay = await send('POST', '', { provider: 'custom' }, headers);
    expect(replay.body).toEqual({ ...made.body, secret: null });
    const read = await send('GET', `/${id}`);
    expect(read.body).not.toHaveProperty('secret');
    const kept = await api.owner`
      select answer::text as text from idempotency_keys where tenant_id = ${tenant.tenantId}
      union all select details::text from audit_log where tenant_id = ${tenant.tenantId}`;
    expect(JSON.stringify(kept) + api.logged.join('')).not.toContain(made.body.secret);
  });

  it('takes the secret a provider gives, shows it to nobody, and replaces it', async () => {
    const made = await send('POST', '', { provider: 'stripe', secret: 'whsec_given_first' });
    const id: string = made.body.webhook_endpoint_id;
    expect([made.status, made.body.secret]).toEqual([201, null]);
    expect(await secretAtTheDoor('stripe', id)).toBe('whsec_given_first');
    const changed = await send('PUT', `/${id}`, { secret: 'whsec_given_second' });
    expect([changed.status, changed.body.secret]).toEqual([200, null]);
    expect(await secretAtTheDoor('stripe', id)).toBe('whsec_given_second');
  });

  it('gets another generated secret where a change names none', async () => {
    const made = await send('POST', '', { provider: 'sandbox' });
    const changed = await send('PUT', `/${made.body.webhook_endpoint_id}`, {});
    expect(changed.body.secret).toMatch(generated);
    expect(changed.body.secret).not.toBe(made.body.secret);
    expect(await secretAtTheDoor('sandbox', made.body.webhook_endpoint_id)).toBe(changed.body.secret);
  });

  it('of PayPal is known by the provider’s id of it', async () => {
    const made = await send('POST', '', { provider: 'paypal', settings: { webhook_id: 'WH-1' } });
    expect(made.body).toMatchObject({ settings: { webhook_id: 'WH-1' }, secret: null });
    const changed = await send('PUT', `/${made.body.webhook_endpoint_id}`, { settings: { webhook_id: 'WH-2' } });
    expect(changed.body.settings).toEqual({ webhook_id: 'WH-2' });
  });

  it('is dead at the door from the commit that disables it, and stays so', async () => {
    const { body } = await send('POST', '', { provider: 'custom' });
    const id: string = body.webhook_endpoint_id;
    const [first, second] = [await send('DELETE', `/${id}`), await send('DELETE', `/${id}`)];
    expect([first.status, second.status, first.body.status]).toEqual([200, 200, 'disabled']);
    expect(await secretAtTheDoor('custom', id)).toBeNull();
    const refused = await send('PUT', `/${id}`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
  });

  it('is listed newest first, by provider and in pages', async () => {
    const own = await api.makeTenant();
    const ids: string[] = [];
    for (const provider of ['custom', 'sandbox', 'custom']) {
      const made = await api.call('POST', path, { key: own.apiKey, body: { provider } });
      ids.unshift(made.body.webhook_endpoint_id);
    }
    const list = (query: string) => api.call('GET', `${path}?${query}`, { key: own.apiKey });
    const idsOf = (answer: Awaited<ReturnType<typeof list>>) =>
      answer.body.data.map((one: { webhook_endpoint_id: string }) => one.webhook_endpoint_id);
    expect(idsOf(await list('provider=custom'))).toEqual([ids[0], ids[2]]);
    const first = await list('limit=2');
    expect([idsOf(first), first.body.has_more]).toEqual([ids.slice(0, 2), true]);
    expect(idsOf(await list(`limit=2&cursor=${first.body.next_cursor}`))).toEqual([ids[2]]);
  });
});

it('a certificate host of its own is for sandbox tenants', async () => {
  const own = await api.makeTenant();
  const settings = { webhook_id: 'WH-1', cert_host: '127.0.0.1:4010' };
  const open = (key: string) => api.call('POST', path, { key, body: { provider: 'paypal', settings } });
  expect((await open(own.apiKey)).body.settings).toEqual(settings);
  await api.owner`update tenants set mode = 'live' where tenant_id = ${own.tenantId}`;
  const refused = await open(await api.makeKey(own.tenantId, 'admin'));
  expect([refused.status, refused.body.field]).toEqual([400, 'settings.cert_host']);
});

it.each([
  ['Stripe’s secret is not there', { provider: 'stripe' }, 'secret'],
  ['Stripe’s secret is none of its', { provider: 'stripe', secret: 'sk_test_1' }, 'secret'],
  ['a custom secret is too short', { provider: 'custom', secret: 'whsec_c2hvcnQ=' }, 'secret'],
  ['PayPal’s webhook id is not there', { provider: 'paypal' }, 'settings.webhook_id'],
  ['PayPal is given a secret', { provider: 'paypal', secret: 'x', settings: { webhook_id: 'WH-1' } }, 'secret'],
  ['a setting is unknown', { provider: 'custom', settings: { webhook_id: 'WH-1' } }, 'settings.webhook_id'],
  ['a provider is unknown', { provider: 'square' }, 'provider'],
])('refuses by field where %s', async (_what, body, field) => {
  const answer = await send('POST', '', body);
  expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
});
