import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRedisCache } from '../../adapters/cache/redis/redis-cache.ts';
import { openDatabase } from '../../db/database.ts';
import { DAY_MS, SECOND_MS } from '../../domain/instant.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { openTestAccess, openTestAuthenticator } from '../../tests/support/test-keys.ts';

/** Two servers and the cache they share, as where the API runs twice. */
let api: ApiHarness;
let second: ApiHarness;
let tenant: TestTenant;
const logger = createLogger('test', { destination: { write: () => true } });
const shared = createRedisCache({ url: stackEnv().redisUrl, prefix: `keys-${randomUUID()}:`, logger });
const sql = openDatabase(stackEnv().appDatabaseUrl, { max: 4, name: 'test-authenticators' });

beforeAll(async () => {
  const access = openTestAccess(shared);
  const start = () => startApiHarness({ access, authenticate: openTestAuthenticator(sql, { shared }) });
  [api, second] = await Promise.all([start(), start()]);
  tenant = await api.makeTenant();
});
afterAll(async () => {
  await Promise.all([api.stop(), second.stop()]);
  await Promise.all([sql.end(), shared.close()]);
});

function send(method: string, rest: string, body?: object, key = tenant.apiKey, headers: Record<string, string> = {}) {
  return api.call(method, `/v1/api-keys${rest}`, { key, headers, ...(body === undefined ? {} : { body }) });
}
const readPlans = (at: ApiHarness, key: string) => at.call('GET', '/v1/plans', { key });
const idOf = (text: string) => `key_${text.split('_')[2]}`;

async function makeKey(body: object = {}, key = tenant.apiKey) {
  const made = await send('POST', '', { name: 'A key', ...body }, key);
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return made.body;
}

describe('a key', () => {
  it('is shown once and to no replay, and kept nowhere', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'CRM', role: 'support', scopes: ['plans:read', 'customers:read'] };
    const made = await send('POST', '', body, tenant.apiKey, headers);
    expect(made.body).toMatchObject({
      ...{ name: 'CRM', role: 'support', scopes: ['plans:read', 'customers:read'], mode: 'test', status: 'active' },
      ...{ created_by: idOf(tenant.apiKey), last_used_at: null, expires_at: null, replaced_by: null, revoked_at: null },
      api_key: expect.stringMatching(/^rc_test_/),
    });
    expect(idOf(made.body.api_key)).toBe(made.body.api_key_id);
    const replay = await send('POST', '', body, tenant.apiKey, headers);
    expect(replay.body).toEqual({ ...made.body, api_key: null });
    const { api_key: text, ...rest } = made.body;
    expect((await send('GET', `/${made.body.api_key_id}`)).body).toEqual(rest);
    const [row] = await api.owner`select k::text as text from api_keys k where id = ${made.body.api_key_id}`;
    const kept = await api.owner`
      select answer::text as text from idempotency_keys where tenant_id = ${tenant.tenantId}
      union all select details::text from audit_log where tenant_id = ${tenant.tenantId}`;
    const secret = text.split('_')[3].slice(0, 32);
    expect(JSON.stringify([row, kept]) + api.logged.join('')).not.toContain(secret);
  });

  it('may what both its role and its scopes say', async () => {
    const key = (await makeKey({ role: 'finance', scopes: ['plans:read'] })).api_key;
    expect((await readPlans(api, key)).status).toBe(200);
    expect((await api.call('GET', '/v1/customers', { key })).status).toBe(403);
  });

  it('is of the mode of its tenant', async () => {
    const own = await api.makeTenant();
    await api.owner`update tenants set mode = 'live' where tenant_id = ${own.tenantId}`;
    const { api_key: text } = await makeKey({}, await liveKeyOf(own));
    expect(text).toMatch(/^rc_live_/);
    expect((await readPlans(api, text)).status).toBe(200);
  });

  it('is listed newest first, in pages', async () => {
    const own = await api.makeTenant();
    const ids: string[] = [];
    for (const name of ['one', 'two']) ids.unshift((await makeKey({ name }, own.apiKey)).api_key_id);
    const page = await send('GET', '?limit=2', undefined, own.apiKey);
    expect(page.body.data.map((one: { api_key_id: string }) => one.api_key_id)).toEqual(ids);
    const next = await send('GET', `?limit=2&cursor=${page.body.next_cursor}`, undefined, own.apiKey);
    expect(next.body.data.map((one: { api_key_id: string }) => one.api_key_id)).toEqual([idOf(own.apiKey)]);
  });

  it.each([
    ['a role there is not', { role: 'emperor' }, 400, 'role'],
    ['a customer’s role', { role: 'customer' }, 400, 'role'],
    ['the operator’s role', { role: 'operator' }, 400, 'role'],
    ['scopes beyond the role', { role: 'viewer', scopes: ['plans:write'] }, 400, 'scopes'],
    ['a scope nobody gives', { role: 'admin', scopes: ['tenants:manage'] }, 400, 'scopes.0'],
    ['an end in the past', { expires_at: '2020-01-01T00:00:00Z' }, 400, 'expires_at'],
    ['the owner’s role by an administrator', { role: 'owner' }, 403, undefined],
  ])('is not made with %s', async (_what, body, status, field) => {
    const refused = await send('POST', '', { name: 'No key', ...body });
    expect([refused.status, refused.body.field]).toEqual([status, field]);
  });

  it('is allowed nothing its maker is not', async () => {
    const body = { name: 'Keys only', permissions: ['api_keys:write', 'plans:read'] };
    const role = await api.call('POST', '/v1/roles', { key: tenant.apiKey, body });
    const maker = (await makeKey({ role: role.body.role_id })).api_key;
    expect((await send('POST', '', { name: 'x', role: 'viewer' }, maker)).body.code).toBe('forbidden');
    await makeKey({ role: 'viewer', scopes: ['plans:read'] }, maker);
    // To rotate is to see the new key: it would be the shortest way to an administrator's.
    const rotated = await send('POST', `/${idOf(tenant.apiKey)}/rotate`, {}, maker);
    expect([rotated.status, rotated.body.code]).toEqual([403, 'forbidden']);
    expect((await readPlans(api, tenant.apiKey)).status).toBe(200);
  });

  it('is one of as many as the operator allows, revoked and replaced ones not counted', async () => {
    const own = await api.makeTenant();
    await api.owner`update tenants set limits = '{"api_keys": 2}' where tenant_id = ${own.tenantId}`;
    const made = await makeKey({}, own.apiKey);
    const refused = await send('POST', '', { name: 'one more' }, own.apiKey);
    expect([refused.status, refused.body.code]).toEqual([409, 'quota_reached']);
    expect((await send('POST', `/${made.api_key_id}/rotate`, {}, own.apiKey)).status).toBe(201);
    const answers = await Promise.all([1, 2].map(() => send('POST', '', { name: 'at once' }, own.apiKey)));
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
    const list = await send('GET', '', undefined, own.apiKey);
    await send('DELETE', `/${list.body.data[0].api_key_id}`, undefined, own.apiKey);
    const both = await Promise.all([1, 2].map(() => send('POST', '', { name: 'at once' }, own.apiKey)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });
});

/** An administrator's key made before there was any by the API, of the tenant's mode. */
async function liveKeyOf(own: TestTenant): Promise<string> {
  const { makeKey: make } = openTestAccess();
  const made = make('live');
  await api.owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${own.tenantId}, ${made.id}, ${made.secretHash}, 'test', 'admin')`;
  return made.text;
}

describe('a change of a key', () => {
  it('renames it and narrows its scopes at once', async () => {
    const made = await makeKey({ role: 'support' });
    expect((await readPlans(api, made.api_key)).status).toBe(200);
    const body = { name: 'Narrow', scopes: ['customers:read'] };
    const changed = await send('PUT', `/${made.api_key_id}`, body);
    expect(changed.body).toMatchObject(body);
    for (const at of [api, second]) {
      await vi.waitFor(async () => expect((await readPlans(at, made.api_key)).status).toBe(403), waiting);
    }
    for (const scopes of [null, ['customers:read', 'plans:read']]) {
      const refused = await send('PUT', `/${made.api_key_id}`, { scopes });
      expect([refused.status, refused.body.field]).toEqual([400, 'scopes']);
    }
  });

  it('stands where the role has become less than the scopes', async () => {
    const body = { name: 'Shrinking', permissions: ['plans:read', 'plans:write'] };
    const role = await api.call('POST', '/v1/roles', { key: tenant.apiKey, body });
    const made = await makeKey({ role: role.body.role_id, scopes: ['plans:read', 'plans:write'] });
    const shrunk = { permissions: ['plans:read'] };
    await api.call('PUT', `/v1/roles/${role.body.role_id}`, { key: tenant.apiKey, body: shrunk });
    expect((await send('PUT', `/${made.api_key_id}`, { scopes: ['plans:read'] })).status).toBe(200);
    expect((await send('POST', `/${made.api_key_id}/rotate`, {})).status).toBe(201);
  });
});

const waiting = { timeout: 5 * SECOND_MS, interval: 100 };

describe('rotation', () => {
  it('makes a key of the same terms, and both open until the overlap is over', async () => {
    const made = await makeKey({ role: 'viewer', scopes: ['plans:read'] });
    const headers = { 'idempotency-key': randomUUID() };
    const rotated = await send('POST', `/${made.api_key_id}/rotate`, {}, tenant.apiKey, headers);
    expect(rotated.status).toBe(201);
    expect(rotated.body).toMatchObject({ name: 'A key', role: 'viewer', scopes: ['plans:read'], status: 'active' });
    const replay = await send('POST', `/${made.api_key_id}/rotate`, {}, tenant.apiKey, headers);
    expect(replay.body).toEqual({ ...rotated.body, api_key: null });
    for (const key of [made.api_key, rotated.body.api_key]) expect((await readPlans(api, key)).status).toBe(200);
    const old = await send('GET', `/${made.api_key_id}`);
    expect(old.body).toMatchObject({ status: 'active', replaced_by: rotated.body.api_key_id });
    const left = Date.parse(old.body.expires_at) - Date.now();
    expect(left).toBeGreaterThan(DAY_MS - 60 * SECOND_MS);
    expect(left).toBeLessThanOrEqual(DAY_MS + SECOND_MS);
    const again = await send('POST', `/${made.api_key_id}/rotate`, {});
    expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
  });

  it('without an overlap leaves nothing of the old key', async () => {
    const made = await makeKey();
    for (const at of [api, second]) expect((await readPlans(at, made.api_key)).status).toBe(200);
    const rotated = await send('POST', `/${made.api_key_id}/rotate`, { overlap: 'PT0S' });
    for (const at of [api, second]) {
      await vi.waitFor(async () => expect((await readPlans(at, made.api_key)).status).toBe(401), waiting);
    }
    expect((await readPlans(second, rotated.body.api_key)).status).toBe(200);
    expect((await send('GET', `/${made.api_key_id}`)).body.status).toBe('expired');
  });

  it('keeps how long a key lives, unless told otherwise', async () => {
    const until = new Date(Date.now() + 10 * DAY_MS).toISOString();
    const made = await makeKey({ expires_at: until });
    const same = await send('POST', `/${made.api_key_id}/rotate`, { overlap: 'P7D' });
    const lifetimeMs = Date.parse(same.body.expires_at) - Date.parse(same.body.created_at);
    expect(lifetimeMs).toBe(Date.parse(made.expires_at) - Date.parse(made.created_at));
    const endless = await send('POST', `/${same.body.api_key_id}/rotate`, { expires_at: null });
    expect(endless.body.expires_at).toBeNull();
  });

  it.each(['P8D', 'P7DT1S', 'P1M', '-P1D', 'a day', 'P'])('takes no overlap of %s', async (overlap) => {
    const refused = await send('POST', `/${idOf(tenant.apiKey)}/rotate`, { overlap });
    expect([refused.status, refused.body.field]).toEqual([400, 'overlap']);
  });
});

describe('a revoked key', () => {
  it('is dead on every server within 5 s, for good, and says so', async () => {
    const made = await makeKey();
    for (const at of [api, second]) expect((await readPlans(at, made.api_key)).status).toBe(200);
    const startedAt = performance.now();
    const revoked = await send('DELETE', `/${made.api_key_id}`);
    expect([revoked.status, revoked.body.status]).toEqual([200, 'revoked']);
    for (const at of [api, second]) {
      await vi.waitFor(async () => expect((await readPlans(at, made.api_key)).status).toBe(401), waiting);
    }
    expect(performance.now() - startedAt).toBeLessThan(5 * SECOND_MS);
    expect((await send('DELETE', `/${made.api_key_id}`)).body).toEqual(revoked.body);
    for (const [method, rest] of [
      ['PUT', ''],
      ['POST', '/rotate'],
    ] as const) {
      const refused = await send(method, `/${made.api_key_id}${rest}`, {});
      expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    }
  });

  it('may be the one that asks', async () => {
    const made = await makeKey({ role: 'admin' });
    expect((await send('DELETE', `/${made.api_key_id}`, undefined, made.api_key)).status).toBe(200);
  });

  it('is not the last that administers the tenant, neither by revocation nor by narrowing', async () => {
    const own = await api.makeTenant();
    const id = idOf(own.apiKey);
    const ending = { role: 'admin', expires_at: new Date(Date.now() + DAY_MS).toISOString() };
    await makeKey(ending, own.apiKey);
    const refusals = [
      await send('DELETE', `/${id}`, undefined, own.apiKey),
      await send('PUT', `/${id}`, { scopes: ['plans:read'] }, own.apiKey),
    ];
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'invalid_state'],
      [409, 'invalid_state'],
    ]);
    const rotated = await send('POST', `/${id}/rotate`, { overlap: 'PT0S' }, own.apiKey);
    expect(rotated.status).toBe(201);
    await api.owner`insert into memberships (tenant_id, id, email, role)
      values (${own.tenantId}, 'usr_1', 'owner@example.com', 'owner')`;
    const last = await send('DELETE', `/${rotated.body.api_key_id}`, undefined, rotated.body.api_key);
    expect(last.status).toBe(200);
  });

  it('is one of two administrators’ that revoke each other at once', async () => {
    const own = await api.makeTenant();
    const other = await makeKey({ role: 'admin' }, own.apiKey);
    const answers = await Promise.all([
      send('DELETE', `/${other.api_key_id}`, undefined, own.apiKey),
      send('DELETE', `/${idOf(own.apiKey)}`, undefined, other.api_key),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});
