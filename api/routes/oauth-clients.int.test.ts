import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OauthClientRow, oauthClientPurpose } from '../../db/queries/oauth-clients.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

function send(method: string, rest: string, body?: object, key = tenant.apiKey, headers: Record<string, string> = {}) {
  return api.call(method, `/v1/oauth-clients${rest}`, { key, headers, ...(body === undefined ? {} : { body }) });
}

async function makeClient(body: object = {}, key = tenant.apiKey) {
  const made = await send('POST', '', { name: 'A client', ...body }, key);
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return made.body;
}

/** As the OAuth2 server finds it. */
async function secretOf(id: string): Promise<string | null> {
  const [row] = await api.owner<OauthClientRow[]>`
    select * from oauth_clients where id = ${id} and revoked_at is null`;
  if (!row?.secret || row.sealedBy === null) return null;
  return testSealing.sealer.open({ sealed: row.secret, sealedBy: row.sealedBy }, oauthClientPurpose(row));
}

const portal = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: ['https://shop.example/cb'] };
const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('a client', () => {
  it('has a secret that is sealed, shown once and to no replay', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'ERP', role: 'viewer', scopes: ['plans:read'] };
    const made = await send('POST', '', body, tenant.apiKey, headers);
    expect(made.body).toMatchObject({
      ...{ ...body, auth_method: 'client_secret_basic', grant_types: ['client_credentials'], redirect_uris: [] },
      ...{ jwks: null, status: 'active', last_used_at: null, revoked_at: null },
      ...{ client_id: expect.stringMatching(/^cli_/), client_secret: expect.stringMatching(/^rcs_[\w-]{43}$/) },
    });
    const { client_secret: secret, ...rest } = made.body;
    expect(await secretOf(rest.client_id)).toBe(secret);
    const replay = await send('POST', '', body, tenant.apiKey, headers);
    expect(replay.body).toEqual({ ...rest, client_secret: null });
    expect((await send('GET', `/${rest.client_id}`)).body).toEqual(rest);
    const kept = await api.owner`
      select answer::text as text from idempotency_keys where tenant_id = ${tenant.tenantId}
      union all select details::text from audit_log where tenant_id = ${tenant.tenantId}`;
    expect(JSON.stringify(kept) + api.logged.join('')).not.toContain(secret);
  });

  it('has none where it signs with a key, or is public', async () => {
    const jwks = { keys: [keyPair().publicKey.export({ format: 'jwk' })] };
    const signing = await makeClient({ auth_method: 'private_key_jwt', jwks });
    expect(signing).toMatchObject({ client_secret: null, jwks });
    const open = await makeClient({ auth_method: 'none', ...portal });
    expect(open).toMatchObject({ client_secret: null, ...portal });
    for (const { client_id: id } of [signing, open]) {
      expect(await secretOf(id)).toBeNull();
      const refused = await send('POST', `/${id}/rotate-secret`, {});
      expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    }
  });

  it('is refused a private key, which is kept nowhere', async () => {
    const secret = keyPair().privateKey.export({ format: 'jwk' });
    const body = { name: 'x', auth_method: 'private_key_jwt', jwks: { keys: [secret] } };
    const refused = await send('POST', '', body, tenant.apiKey, { 'idempotency-key': randomUUID() });
    expect([refused.status, refused.body.field]).toEqual([400, 'jwks.keys.0']);
    const kept = await api.owner`select answer::text from idempotency_keys where tenant_id = ${tenant.tenantId}`;
    expect(refused.text + JSON.stringify(kept) + api.logged.join('')).not.toContain(secret.d);
  });

  it('is changed in part, each change audited with before and after', async () => {
    const made = await makeClient({ ...portal, role: 'viewer' });
    const changes = { redirect_uris: ['https://shop.example/cb', 'http://localhost:3000/cb'], scopes: ['plans:read'] };
    const changed = await send('PUT', `/${made.client_id}`, changes);
    expect(changed.body).toMatchObject({ ...changes, name: 'A client', role: 'viewer' });
    expect((await send('GET', `/${made.client_id}`)).body).toEqual(changed.body);
    const [audit] = await api.owner<{ details: object }[]>`
      select details from audit_log where resource_id = ${made.client_id} and action = 'oauth_client.changed'`;
    expect(audit?.details).toMatchObject({ before: portal, after: changes });
    const unfit = await send('PUT', `/${made.client_id}`, { redirect_uris: [] });
    expect([unfit.status, unfit.body.field]).toEqual([400, 'redirect_uris']);
  });

  it('gets another secret, and the old one is gone', async () => {
    const made = await makeClient();
    const rotated = await send('POST', `/${made.client_id}/rotate-secret`, {});
    expect(rotated.status).toBe(200);
    expect(rotated.body.client_secret).not.toBe(made.client_secret);
    expect(await secretOf(made.client_id)).toBe(rotated.body.client_secret);
  });

  it('is revoked for good, its secret with it', async () => {
    const made = await makeClient();
    const [first, second] = [await send('DELETE', `/${made.client_id}`), await send('DELETE', `/${made.client_id}`)];
    expect([first.status, first.body.status, second.body]).toEqual([200, 'revoked', first.body]);
    const [row] = await api.owner`select secret from oauth_clients where id = ${made.client_id}`;
    expect(row?.['secret']).toBeNull();
    for (const [method, rest] of [
      ['PUT', ''],
      ['POST', '/rotate-secret'],
    ] as const) {
      const refused = await send(method, `/${made.client_id}${rest}`, {});
      expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    }
  });

  it('is listed newest first, in pages', async () => {
    const own = await api.makeTenant();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) ids.unshift((await makeClient({ name }, own.apiKey)).client_id);
    const page = await send('GET', '?limit=2', undefined, own.apiKey);
    const next = await send('GET', `?limit=2&cursor=${page.body.next_cursor}`, undefined, own.apiKey);
    const listed = [...page.body.data, ...next.body.data].map((one: { client_id: string }) => one.client_id);
    expect(listed).toEqual(ids);
  });

  it('is one of as many as the operator allows', async () => {
    const own = await api.makeTenant();
    await api.owner`update tenants set limits = '{"api_keys": 1}' where tenant_id = ${own.tenantId}`;
    const answers = await Promise.all([1, 2].map(() => send('POST', '', { name: 'at once' }, own.apiKey)));
    expect(answers.map(({ body }) => body.code ?? 'made').toSorted()).toEqual(['made', 'quota_reached']);
  });
});

describe('a client’s permissions', () => {
  it('are none its maker does not hold, and nobody takes over one that may more', async () => {
    const strong = await makeClient({ role: 'admin' });
    const body = { name: 'Keys only', permissions: ['api_keys:write', 'plans:read', 'customers:read'] };
    const role = await api.call('POST', '/v1/roles', { key: tenant.apiKey, body });
    const maker = await api.makeKey(tenant.tenantId, role.body.role_id);
    const weak = await makeClient({ role: 'viewer', scopes: ['plans:read'] }, maker);
    const refusals = [
      await send('POST', '', { name: 'x', role: 'viewer' }, maker),
      await send('PUT', `/${weak.client_id}`, { scopes: null }, maker),
      await send('PUT', `/${weak.client_id}`, { role: 'admin', scopes: ['refunds:write'] }, maker),
      await send('PUT', `/${strong.client_id}`, { name: 'Mine' }, maker),
      await send('POST', `/${strong.client_id}/rotate-secret`, {}, maker),
    ];
    expect(refusals.map(({ status, body: { code } }) => [status, code])).toEqual(
      refusals.map(() => [403, 'forbidden']),
    );
    const widened = { scopes: ['plans:read', 'customers:read'] };
    expect((await send('PUT', `/${weak.client_id}`, widened, maker)).body).toMatchObject(widened);
  });

  it.each([
    ['a role there is not', { role: 'customer' }, 'role'],
    ['scopes beyond the role', { role: 'viewer', scopes: ['plans:write'] }, 'scopes'],
  ])('are not %s', async (_what, body, field) => {
    const refused = await send('POST', '', { name: 'x', ...body });
    expect([refused.status, refused.body.field]).toEqual([400, field]);
  });
});
