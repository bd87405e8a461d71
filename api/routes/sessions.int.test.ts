import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createMemoryShortLivedStore,
  type MemoryShortLivedStore,
} from '../../adapters/short-lived/memory-short-lived-store.ts';
import { createRedisShortLivedStore } from '../../adapters/short-lived/redis/redis-short-lived-store.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { UserId } from '../../domain/ids.ts';
import { HOUR_MS, SECOND_MS } from '../../domain/instant.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import {
  cookieOf,
  openCustomerSession,
  openOperatorSession,
  openTestPortals,
  openUserSession,
  sameOrigin,
  testPublicUrl,
} from '../../tests/support/test-portals.ts';

let api: ApiHarness;
let app: Sql;
let store: MemoryShortLivedStore;
let tenant: TestTenant;
let userId: UserId;
/** What the sessions take for real time is ahead of. */
let aheadMs = 0;

beforeAll(async () => {
  const now = () => Date.now() + aheadMs;
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 4, name: 'test-portals' });
  store = createMemoryShortLivedStore(now);
  api = await startApiHarness({ portals: openTestPortals(app, { store, now }) });
});
afterAll(async () => {
  await api.stop();
  await app.end();
});
beforeEach(async () => {
  tenant = await api.makeTenant();
  userId = newId('user');
  store.isAway = false;
});

const signIn = (role = 'admin', of = tenant) =>
  openUserSession(api.portals, api.owner, { userId, tenantId: of.tenantId, role });

const read = (cookie: string) => api.call('GET', '/v1/session', { headers: { cookie } });
const post = (path: string, cookie: string, body: object, headers: Record<string, string> = sameOrigin) =>
  api.call('POST', path, { headers: { cookie, ...headers }, body });

/** What the browser keeps of an answer. */
function cookieFrom(headers: Headers): string {
  const secret = /^__Host-redcore=([\w-]{43}); Path=\/; Secure; HttpOnly; SameSite=Lax$/.exec(
    headers.get('set-cookie') ?? '',
  );
  expect(secret, headers.get('set-cookie') ?? 'no cookie').not.toBeNull();
  return cookieOf(secret?.[1] ?? '');
}

const deniedIn = (tenantId: string) =>
  api.owner`select actor, resource_id from audit_log where tenant_id = ${tenantId} and action = 'access.denied'`;

const endsTold = (tenantId: string) =>
  api.owner`select actor, details from audit_log where tenant_id = ${tenantId} and action = 'session.ended' order by at`;

async function until(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a session', () => {
  it('speaks for its user in one tenant, in the role held there', async () => {
    const { cookie } = await signIn('viewer');
    const { status, body } = await read(cookie);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ kind: 'user', actor: userId, email: 'user@example.com', name: 'A User', role: 'viewer', entered: null },
      tenant: { tenant_id: tenant.tenantId, mode: 'sandbox', status: 'active' },
      places: [{ tenant_id: tenant.tenantId, role: 'viewer' }],
      origin: testPublicUrl,
    });
    expect(new Set(body.permissions)).toEqual(rolePermissions.viewer);
    const plans = await api.call('GET', '/v1/plans', { headers: { cookie } });
    expect(plans.status).toBe(200);
    const refused = await post('/v1/plans', cookie, { name: 'x', amount: 1, currency: 'USD', interval: 'month' });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
  });

  it('is believed by no part of it: not its name, its digest or another’s cookie', async () => {
    const { cookie, secret } = await signIn();
    const { body } = await read(cookie);
    const answers = await Promise.all(
      [body.session_id, secret.slice(1), `${secret}x`, 'A'.repeat(43)].map((value) => read(cookieOf(value))),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  it('counts only where no key or token is presented', async () => {
    const { cookie } = await signIn();
    const wrong = await api.call('GET', '/v1/session', { key: 'rc_test_nothing', headers: { cookie } });
    expect(wrong.status).toBe(401);
    const byKey = await api.call('GET', '/v1/session', { key: tenant.apiKey, headers: { cookie } });
    expect(byKey.body).toMatchObject({ kind: 'api_key', session_id: null, expires_at: null, places: [] });
    const unsafe = await api.call('POST', '/v1/customers', {
      key: tenant.apiKey,
      headers: { cookie },
      body: { email: 'a@b.co' },
    });
    expect(unsafe.status).toBe(201);
  });

  it('tells a customer the language chosen, and where the business has its help', async () => {
    const settings = { help_url: 'https://help.example.com', support_url: 'https://help.example.com/contact' };
    await api.call('PUT', '/v1/tenant', { key: tenant.apiKey, body: { settings } });
    const details = { email: 'lena@example.com', language: 'de' };
    const { body: customer } = await api.call('POST', '/v1/customers', { key: tenant.apiKey, body: details });
    const { cookie } = await openCustomerSession(api.portals, tenant.tenantId, customer.customer_id);
    expect((await read(cookie)).body).toMatchObject({ language: 'de', tenant: settings });
    const own = await api.call('PUT', `/v1/customers/${customer.customer_id}`, {
      headers: { cookie, ...sameOrigin },
      body: { language: 'en' },
    });
    expect([own.status, own.body.language]).toEqual([200, 'en']);
    const elsewhere = await signIn('viewer', await api.makeTenant());
    expect((await read(elsewhere.cookie)).body).toMatchObject({
      ...{ language: null, tenant: { help_url: null, support_url: null } },
    });
  });

  it('is not open while the store is away, and keys go on', async () => {
    const { cookie } = await signIn();
    store.isAway = true;
    const [mine, stranger, byKey, signOut] = await Promise.all([
      read(cookie),
      read(cookieOf('A'.repeat(43))),
      api.call('GET', '/v1/session', { key: tenant.apiKey }),
      post('/auth/sign-out', cookie, {}),
    ]);
    expect([mine.status, stranger.status, byKey.status, signOut.status]).toEqual([503, 503, 200, 503]);
    expect(mine.body.code).toBe('service_unavailable');
  });

  it('is over after half an hour without a call, and twelve hours after signing in', async () => {
    const { cookie } = await signIn();
    expect((await read(cookie)).status).toBe(200);
    aheadMs += HOUR_MS / 2;
    expect((await read(cookie)).status).toBe(401);
    const another = await signIn();
    for (let calls = 0; calls < 29; calls += 1) {
      aheadMs += 0.4 * HOUR_MS;
      expect((await read(another.cookie)).status).toBe(200);
    }
    aheadMs += 0.4 * HOUR_MS;
    expect((await read(another.cookie)).status).toBe(401);
  });
});

describe('a call that changes something', () => {
  const change = (cookie: string, headers: Record<string, string>) =>
    post('/v1/customers', cookie, { email: 'ada@example.com' }, headers);

  it.each([
    ['a page of ours', { 'sec-fetch-site': 'same-origin' }, 201],
    ['our origin, in an older browser', { origin: testPublicUrl }, 201],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['another site with our origin', { 'sec-fetch-site': 'cross-site', origin: testPublicUrl }, 403],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }, 403],
    ['the address bar', { 'sec-fetch-site': 'none' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['no origin', { origin: 'null' }, 403],
    ['nowhere', {}, 403],
    ['a form of another site', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, 403],
  ])('by cookie from %s', async (_name, headers: Record<string, string>, expected) => {
    const { cookie } = await signIn();
    const answer = await change(cookie, headers);
    expect(answer.status).toBe(expected);
    if (expected === 403) expect(answer.body.code).toBe('cross_site_request');
  });

  it('is asked for by no method that a safe one stands in for', async () => {
    const { cookie } = await signIn();
    const answer = await api.call('GET', '/v1/customers', { headers: { cookie, 'x-http-method-override': 'POST' } });
    expect(answer.body).toEqual({ data: [], has_more: false, next_cursor: null });
  });
});

describe('a role', () => {
  it('that changes is seen within five seconds, and gives the session another secret', async () => {
    const { cookie } = await signIn('admin');
    const before = (await read(cookie)).body;
    await api.owner`update memberships set role = 'viewer' where tenant_id = ${tenant.tenantId} and id = ${userId}`;
    let answer = await read(cookie);
    await until(async () => {
      answer = await read(cookie);
      return answer.body.role === 'viewer';
    }, 5 * SECOND_MS);
    const changed = cookieFrom(answer.headers);
    expect(changed).not.toBe(cookie);
    expect(answer.body.session_id).toBe(before.session_id);
    const again = await read(changed);
    expect([again.body.role, again.headers.get('set-cookie')]).toEqual(['viewer', null]);
    // The old secret answers what was under way, in the new role, and then no more.
    const underWay = await read(cookie);
    expect([underWay.status, underWay.body.role, underWay.headers.get('set-cookie')]).toEqual([200, 'viewer', null]);
    aheadMs += 5 * SECOND_MS;
    expect((await read(cookie)).status).toBe(401);
    expect((await read(changed)).status).toBe(200);
  });

  it('that is taken away closes the session within five seconds', async () => {
    const { cookie } = await signIn('owner');
    expect((await read(cookie)).status).toBe(200);
    await api.owner`delete from memberships where tenant_id = ${tenant.tenantId} and id = ${userId}`;
    await until(async () => (await read(cookie)).status === 401, 5 * SECOND_MS);
    expect(await endsTold(tenant.tenantId)).toEqual([{ actor: userId, details: { by: 'place_gone' } }]);
    const denied = async () => (await deniedIn(tenant.tenantId)).map(({ actor, resourceId }) => [actor, resourceId]);
    await expect.poll(denied, { timeout: 5 * SECOND_MS }).toEqual([[userId, 'GET /session']]);
    // Nor does it come back with the place.
    await until(async () => (await read((await signIn('viewer')).cookie)).status === 200, 5 * SECOND_MS);
    expect((await read(cookie)).status).toBe(401);
  });

  it('of operator that is taken away closes the session within five seconds, inside a tenant too', async () => {
    const { cookie } = await openOperatorSession(api.portals, api.owner, userId);
    const inside = await post('/v1/session/enter', cookie, { tenant_id: tenant.tenantId, reason: 'to look' });
    const entered = cookieFrom(inside.headers);
    expect((await api.call('GET', '/v1/customers', { headers: { cookie: entered } })).status).toBe(200);
    await api.owner`update identity.users set is_operator = false where id = ${userId}`;
    await until(async () => (await read(entered)).status === 401, 5 * SECOND_MS);
    expect(await endsTold(tenant.tenantId)).toEqual([{ actor: userId, details: { by: 'operator_removed' } }]);
  });

  it('of a customer who is inactive closes the session, which is audited', async () => {
    const { body } = await api.call('POST', '/v1/customers', {
      key: tenant.apiKey,
      body: { email: 'ada@example.com' },
    });
    const customerId = body.customer_id;
    const { cookie } = await openCustomerSession(api.portals, tenant.tenantId, customerId);
    await api.owner`update customers set status = 'inactive' where id = ${customerId}`;
    await until(async () => (await read(cookie)).status === 401, 5 * SECOND_MS);
    expect(await endsTold(tenant.tenantId)).toEqual([{ actor: customerId, details: { by: 'customer_gone' } }]);
  });

  it('is of no use in an account that is closed', async () => {
    const { cookie } = await signIn('owner');
    expect((await read(cookie)).status).toBe(200);
    await api.owner`update identity.users set status = 'disabled' where id = ${userId}`;
    await until(async () => (await read(cookie)).status === 401, 5 * SECOND_MS);
  });
});

describe('a tenant that is suspended', () => {
  it('is closed to its users and customers within five seconds, and open to an operator’s eyes', async () => {
    const signedUp = await api.call('POST', '/v1/customers', {
      key: tenant.apiKey,
      body: { email: 'ada@example.com' },
    });
    const customer = await openCustomerSession(api.portals, tenant.tenantId, signedUp.body.customer_id);
    const { cookie } = await signIn('owner');
    const cookies = [cookie, customer.cookie];
    const codes = async () =>
      (await Promise.all(cookies.map(read))).map(({ status, body }) => [status, body.code].join(' ').trim());
    expect(await codes()).toEqual(['200', '200']);
    await api.owner`update tenants set status = 'suspended' where tenant_id = ${tenant.tenantId}`;
    await until(async () => (await codes()).every((code) => code === '403 tenant_suspended'), 5 * SECOND_MS);
    const operator = await openOperatorSession(api.portals, api.owner, newId('user'));
    const inside = await post('/v1/session/enter', operator.cookie, { tenant_id: tenant.tenantId, reason: 'to look' });
    expect([inside.status, inside.body.tenant.status]).toEqual([200, 'suspended']);
    const entered = cookieFrom(inside.headers);
    expect((await api.call('GET', '/v1/customers', { headers: { cookie: entered } })).body.data).toHaveLength(1);
    await api.owner`update tenants set status = 'active' where tenant_id = ${tenant.tenantId}`;
    await until(async () => (await codes()).every((code) => code === '200'), 5 * SECOND_MS);
  });
});

describe('the list of sessions', () => {
  it('shows a user’s own, and ends the one that is named at once', async () => {
    const [here, there] = [await signIn(), await signIn()];
    const stranger = await openUserSession(api.portals, api.owner, {
      ...{ userId: newId('user'), tenantId: tenant.tenantId, role: 'owner' },
    });
    const { body } = await api.call('GET', '/v1/sessions', { headers: { cookie: here.cookie } });
    expect(body.data).toHaveLength(2);
    expect(body.data.filter((one: { is_current: boolean }) => one.is_current)).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ ip_address: '192.0.2.1', user_agent: 'test', tenant_id: tenant.tenantId });
    expect(JSON.stringify(body)).not.toContain(here.secret);
    const other = body.data.find((one: { is_current: boolean }) => !one.is_current).session_id;
    const end = (cookie: string, key?: string) =>
      api.call('DELETE', `/v1/sessions/${other}`, { key, headers: { cookie, ...sameOrigin } });
    const [foreign, byKey] = [await end(stranger.cookie), await end('', tenant.apiKey)];
    expect([foreign.status, byKey.status, foreign.text]).toEqual([404, 404, byKey.text]);
    expect((await end(here.cookie)).body).toEqual({ session_id: other, ended: true });
    expect((await read(there.cookie)).status).toBe(401);
    expect((await read(here.cookie)).status).toBe(200);
  });

  it('is empty once all of a user’s sessions are ended, as a new password does', async () => {
    const all = [await signIn(), await signIn()];
    await api.portals.sessions.endAll({ kind: 'user', userId });
    const answers = await Promise.all(all.map(({ cookie }) => read(cookie)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('is of no key', async () => {
    const answer = await api.call('GET', '/v1/sessions', { key: tenant.apiKey });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });
});

describe('another tenant', () => {
  it('of the same user is gone on in, under another secret; of others it is unknown', async () => {
    const second = await api.makeTenant();
    const { cookie } = await signIn('owner');
    await signIn('viewer', second);
    const moved = await post('/v1/session/tenant', cookie, { tenant_id: second.tenantId });
    expect(moved.body).toMatchObject({ tenant: { tenant_id: second.tenantId }, role: 'viewer' });
    const next = cookieFrom(moved.headers);
    expect((await read(next)).body.tenant.tenant_id).toBe(second.tenantId);
    const foreign = await post('/v1/session/tenant', next, { tenant_id: (await api.makeTenant()).tenantId });
    const unknown = await post('/v1/session/tenant', next, { tenant_id: newId('tenant') });
    expect([foreign.status, unknown.status, foreign.text]).toEqual([404, 404, unknown.text]);
    aheadMs += 5 * SECOND_MS;
    expect((await read(cookie)).status).toBe(401);
    const rows = await api.owner`
      select tenant_id, action, ip_address is not null as tells_from, details from audit_log
      where actor = ${userId} and action like 'session.%' order by at`;
    const row = { tellsFrom: true };
    expect(rows).toEqual([
      {
        ...row,
        tenantId: tenant.tenantId,
        action: 'session.left',
        details: { before: { role: 'owner' }, after: null },
      },
      {
        ...{ ...row, tenantId: second.tenantId, action: 'session.entered' },
        details: { before: null, after: { role: 'viewer' } },
      },
    ]);
  });
});

describe('an operator', () => {
  it('sees no tenant until one is entered, with a reason that tenant can read', async () => {
    const { cookie } = await openOperatorSession(api.portals, api.owner, userId);
    const outside = await read(cookie);
    expect(outside.body).toMatchObject({ kind: 'operator', tenant: null, entered: null });
    expect((await api.call('GET', '/v1/customers', { headers: { cookie } })).status).toBe(403);
    const wordless = await post('/v1/session/enter', cookie, { tenant_id: tenant.tenantId });
    expect(wordless.status).toBe(400);
    const nowhere = await post('/v1/session/enter', cookie, { tenant_id: newId('tenant'), reason: 'to look' });
    expect(nowhere.status).toBe(404);
    const inside = await post('/v1/session/enter', cookie, { tenant_id: tenant.tenantId, reason: 'ticket 4711' });
    expect(inside.body).toMatchObject({ tenant: { tenant_id: tenant.tenantId }, entered: { reason: 'ticket 4711' } });
    const entered = cookieFrom(inside.headers);
    const list = await api.call('GET', '/v1/customers', { headers: { cookie: entered } });
    expect(list.status).toBe(200);
    const left = await post('/v1/session/leave', entered, {});
    expect(left.body).toMatchObject({ tenant: null, entered: null });
    const rows = await api.owner<{ action: string; actor: string; details: object }[]>`
      select action, actor, details from audit_log where tenant_id = ${tenant.tenantId} and action like 'operator.%' order by at`;
    expect(rows.map(({ action, actor }) => [action, actor])).toEqual([
      ['operator.entered', userId],
      ['operator.left', userId],
    ]);
    expect(rows[0]?.details).toMatchObject({ reason: 'ticket 4711' });
  });

  it('is outside again after an hour', async () => {
    const { cookie } = await openOperatorSession(api.portals, api.owner, userId);
    const inside = await post('/v1/session/enter', cookie, { tenant_id: tenant.tenantId, reason: 'to look' });
    const entered = cookieFrom(inside.headers);
    for (let minutes = 0; minutes < 60; minutes += 20) {
      expect((await read(entered)).body.tenant.tenant_id).toBe(tenant.tenantId);
      aheadMs += 20 * 60 * SECOND_MS;
    }
    expect((await read(entered)).body).toMatchObject({ tenant: null, entered: null });
    expect((await api.call('GET', '/v1/customers', { headers: { cookie: entered } })).status).toBe(403);
  });

  it('is nobody else: users, keys and customers enter nothing', async () => {
    const { cookie } = await signIn('owner');
    const body = { tenant_id: tenant.tenantId, reason: 'to look' };
    const answers = [
      await post('/v1/session/enter', cookie, body),
      await post('/v1/session/leave', cookie, {}),
      await api.call('POST', '/v1/session/enter', { key: tenant.apiKey, body }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});

it('keeps sessions in Redis under digests alone, and lets nobody in where Redis is not there', async () => {
  const logger = createLogger('test', { level: 'silent' });
  const prefix = `test:${crypto.randomUUID()}:`;
  const redis = createRedisShortLivedStore({ url: stackEnv().redisUrl, prefix, logger });
  const nowhere = createRedisShortLivedStore({ url: 'redis://127.0.0.1:1', prefix, logger });
  try {
    await until(
      async () =>
        redis.check().then(
          () => true,
          () => false,
        ),
      5 * SECOND_MS,
    );
    const portals = openTestPortals(app, { store: redis });
    const { secret } = await openUserSession(portals, api.owner, { userId, tenantId: tenant.tenantId, role: 'admin' });
    const session = await portals.sessions.find(secret);
    expect(session?.record.holder).toEqual({ kind: 'user', userId });
    expect(await redis.get(`session:${secret}`)).toBeNull();
    const rotated = session && (await portals.sessions.rotate(session, {}));
    expect((await portals.sessions.find(rotated?.newSecret ?? ''))?.record.id).toBe(session?.record.id);
    await portals.sessions.endAll({ kind: 'user', userId });
    expect(await portals.sessions.find(rotated?.newSecret ?? '')).toBeNull();
    await expect(openTestPortals(app, { store: nowhere }).sessions.find(secret)).rejects.toThrow('away');
  } finally {
    await Promise.all([redis.close(), nowhere.close()]);
  }
});
