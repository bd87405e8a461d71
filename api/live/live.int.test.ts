import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Change, ChangeFeed, ChangeTeller } from '../../adapters/live/port.ts';
import { createRedisChangeFeed } from '../../adapters/live/redis/redis-change-feed.ts';
import { createRedisChangeTeller } from '../../adapters/live/redis/redis-change-teller.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createLogger } from '../../runtime/logger.ts';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { type LiveClient, openLiveClient } from '../../tests/support/live-client.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { openCustomerSession, openUserSession, sameOrigin } from '../../tests/support/test-portals.ts';
import { makeTestGate, wideLimits } from '../../tests/support/wide-gate.ts';
import { createLiveStreams, type LiveStreams } from './live-streams.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 10_000, interval: 20 };
const settings = { url: stackEnv().redisUrl, prefix: `test:${randomUUID()}:`, logger };
const times = { beatMs: 300, checkMs: 300 };

let api: ApiHarness;
let tenant: TestTenant;
let sql: Sql;
let feed: ChangeFeed;
let teller: ChangeTeller;
let live: LiveStreams;
const open = new Set<LiveClient>();

beforeAll(async () => {
  sql = openDatabase(stackEnv().appDatabaseUrl, { max: 2, name: 'test-live' });
  feed = createRedisChangeFeed(settings);
  teller = createRedisChangeTeller(settings);
  live = createLiveStreams({ feed, database: { sql }, logger, times, limits: { perCaller: 3, perTenant: 5 } });
  const limits = { ...wideLimits, load: { ...wideLimits.load, inFlightMax: 4 }, requestTimeoutMs: 1_000 };
  api = await startApiHarness({ live, gate: makeTestGate({ limits }) });
  tenant = await api.makeTenant();
});
afterEach(async () => {
  for (const client of open) client.close();
  open.clear();
});
afterAll(async () => {
  live.drain();
  await api.stop();
  await Promise.all([feed.close(), teller.close(), sql.end()]);
});

async function follow(headers: Record<string, string>, at = api.url): Promise<LiveClient> {
  const client = await openLiveClient(at, headers);
  open.add(client);
  if (client.status === 200) await vi.waitFor(() => expect(client.text()).toMatch(/^retry: 2000\n\n/), within);
  return client;
}
const followByKey = (apiKey: string, more: Record<string, string> = {}) =>
  follow({ authorization: `Bearer ${apiKey}`, ...more });
const followBySession = (cookie: string) => follow({ cookie, ...sameOrigin });

const tell = (tenantId: TenantId, ...changes: Change[]) => teller.tell(new Map([[tenantId, changes]]));
const plan = (id: string = newId('plan')) => ({ kind: 'plan', id }) as const;

/** Told last, and to everybody: whoever has it has everything before it. */
async function tellAll(tenantId: TenantId, changes: readonly Change[], ...clients: LiveClient[]): Promise<void> {
  const before = new Map(clients.map((client) => [client, client.events.length]));
  await tell(tenantId, ...changes);
  await tell(tenantId, { kind: 'plan', id: 'plan_last' });
  await vi.waitFor(() => {
    for (const client of clients) {
      expect(client.events.length).toBeGreaterThan(before.get(client) ?? 0);
      expect(client.changes().at(-1)).toMatch(/^plan (plan_last|null)$/);
    }
  }, within);
}

describe('a stream of changes', () => {
  it('tells a key what changes in its business, never how, and nothing of any other', async () => {
    const other = await api.makeTenant();
    const [mine, others] = [await followByKey(tenant.apiKey), await followByKey(other.apiKey)];
    expect([mine.status, mine.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(mine.headers.get('cache-control')).toBe('no-store');
    await vi.waitFor(() => expect(mine.events.map(({ event }) => event)).toEqual(['ready']), within);
    const id = newId('subscription');
    await tell(tenant.tenantId, { kind: 'subscription', id });
    await vi.waitFor(() => expect(mine.changes()).toEqual([`subscription ${id}`]), within);
    const [, told] = mine.events;
    expect(told).toEqual({
      event: 'changes',
      id: String(told?.data.sequence),
      data: { sequence: expect.any(Number), changes: [{ kind: 'subscription', id }] },
    });
    await tellAll(other.tenantId, [], others);
    expect(others.changes()).toEqual(['plan plan_last']);
    expect(mine.changes()).toHaveLength(1);
  });

  it('tells many of one kind as several', async () => {
    const client = await followByKey(tenant.apiKey);
    await tell(tenant.tenantId, ...Array.from({ length: 51 }, () => plan()));
    await vi.waitFor(() => expect(client.changes()).toEqual(['plan null']), within);
  });

  it('tells nobody of what they may not read', async () => {
    const viewer = await followByKey(await api.makeKey(tenant.tenantId, 'viewer'));
    const changes: Change[] = [
      { kind: 'refund_request', id: 'rr_1' },
      { kind: 'api_key', id: 'key_1' },
      { kind: 'payment', id: 'pay_1' },
    ];
    await tellAll(tenant.tenantId, changes, viewer);
    expect(viewer.changes()).toEqual(['payment pay_1', 'plan plan_last']);
  });

  it('tells a customer of its own alone, and of the plans without saying which', async () => {
    const [mine, others] = [await subscribe(api, tenant), await subscribe(api, tenant)];
    const { cookie } = await openCustomerSession(api.portals, tenant.tenantId, mine.customerId);
    const client = await followBySession(cookie);
    const of = (made: typeof mine): Change[] => [
      { kind: 'customer', id: made.customerId },
      { kind: 'subscription', id: made.subscriptionId },
      { kind: 'payment', id: made.paymentId },
      { kind: 'invoice', id: made.invoiceId },
      { kind: 'payment_method', id: made.paymentMethodId },
    ];
    const secret: Change[] = [
      { kind: 'refund_request', id: 'rr_1' },
      { kind: 'webhook', id: 'evt_1' },
      { kind: 'subscription', id: null },
    ];
    await tellAll(tenant.tenantId, [...of(others), ...secret], client);
    expect(client.changes()).toEqual(['plan null']);
    await tellAll(tenant.tenantId, [...of(others), ...of(mine)], client);
    expect(client.changes().slice(1, -1)).toEqual(of(mine).map(({ kind, id }) => `${kind} ${id}`));
  });

  it('goes on where it ended, and says where it cannot', async () => {
    const first = await followByKey(tenant.apiKey);
    await tellAll(tenant.tenantId, [plan('plan_first')], first);
    const seen = first.events.find(({ data }) => data.changes[0]?.id === 'plan_first')?.id ?? '';
    first.close();
    await tell(tenant.tenantId, plan('plan_meanwhile'));
    const again = await followByKey(tenant.apiKey, { 'last-event-id': seen });
    await vi.waitFor(() => expect(again.changes()).toEqual(['plan plan_last', 'plan plan_meanwhile']), within);
    const lost = await followByKey(tenant.apiKey, { 'last-event-id': '17' });
    await vi.waitFor(() => expect(lost.events.map(({ event }) => event)).toEqual(['reset']), within);
  });

  it('is no call under way: it outlives the time of a request, shows that it is alive, and takes nobody’s place', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => followByKey(tenant.apiKey)));
    const others = await Promise.all([1, 2].map(async () => followByKey(await api.makeKey(tenant.tenantId, 'admin'))));
    await vi.waitFor(() => expect(clients[0]?.text().split('\n:\n').length).toBeGreaterThan(4), within);
    expect((await api.call('GET', '/v1/plans', { key: tenant.apiKey })).status).toBe(200);
    expect([...clients, ...others].map((client) => client.isOver())).toEqual([false, false, false, false, false]);
  });
});

describe('the number of streams', () => {
  it('is bounded for one caller and one business, and a place is free again once its client has gone', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    const [one] = [await followByKey(apiKey), await followByKey(apiKey), await followByKey(apiKey)];
    const refused = await followByKey(apiKey);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '15',
    ]);
    const further = await api.makeKey(tenantId, 'admin');
    expect([(await followByKey(further)).status, (await followByKey(further)).status]).toEqual([200, 200]);
    expect((await followByKey(further)).status).toBe(429);
    const { customerId } = await subscribe(api, { tenantId, apiKey });
    const { cookie } = await openCustomerSession(api.portals, tenantId, customerId);
    expect((await followBySession(cookie)).status).toBe(200);
    one?.close();
    await vi.waitFor(async () => expect((await followByKey(further)).status).toBe(200), within);
  });

  it('is bounded in all', async () => {
    const narrow = createLiveStreams({ feed, database: { sql }, logger, limits: { total: 1 } });
    const small = await startApiHarness({ live: narrow });
    onTestFinished(async () => {
      narrow.drain();
      await small.stop();
    });
    const headers = { authorization: `Bearer ${tenant.apiKey}` };
    expect((await follow(headers, small.url)).status).toBe(200);
    const refused = await follow(headers, small.url);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([503, 'overloaded', '15']);
  });
});

describe('a stream ends', () => {
  it('within seconds of the session', async () => {
    const userId = newId('user');
    const { cookie } = await openUserSession(api.portals, api.owner, {
      userId,
      tenantId: tenant.tenantId,
      role: 'admin',
    });
    const client = await followBySession(cookie);
    await vi.waitFor(() => expect(client.text()).toContain('\n:\n'), within);
    await api.portals.sessions.endAll({ kind: 'user', userId });
    await vi.waitFor(() => expect(client.isOver()).toBe(true), { timeout: 5_000, interval: 20 });
    expect((await followBySession(cookie)).status).toBe(401);
  });

  it('within 5 s of the key, as often as it is looked at where nothing else is set', async () => {
    const usual = createLiveStreams({ feed, database: { sql }, logger });
    const other = await startApiHarness({ live: usual });
    onTestFinished(async () => {
      usual.drain();
      await other.stop();
    });
    const made = await api.call('POST', '/v1/api-keys', { key: tenant.apiKey, body: { name: 'For a while' } });
    const client = await follow({ authorization: `Bearer ${made.body.api_key}` }, other.url);
    expect(client.status).toBe(200);
    await api.call('DELETE', `/v1/api-keys/${made.body.api_key_id}`, { key: tenant.apiKey, body: {} });
    await vi.waitFor(() => expect(client.isOver()).toBe(true), { timeout: 5_000, interval: 20 });
  });

  it('tells no more than a role that has changed may read, and leaves the session its cookie', async () => {
    const userId = newId('user');
    const { cookie } = await openUserSession(api.portals, api.owner, {
      userId,
      tenantId: tenant.tenantId,
      role: 'admin',
    });
    const client = await followBySession(cookie);
    await api.owner`update memberships set role = 'viewer' where tenant_id = ${tenant.tenantId} and id = ${userId}`;
    const isNarrowed = async () => {
      const before = client.changes().length;
      await tellAll(tenant.tenantId, [{ kind: 'api_key', id: 'key_1' }], client);
      return client.changes().length - before === 1;
    };
    await vi.waitFor(async () => expect(await isNarrowed()).toBe(true), within);
    expect(client.isOver()).toBe(false);
    expect((await api.call('GET', '/v1/session', { headers: { cookie, ...sameOrigin } })).status).toBe(200);
  });

  it('when its process goes, which opens no further', async () => {
    const going = createLiveStreams({ feed, database: { sql }, logger });
    const other = await startApiHarness({ live: going });
    const headers = { authorization: `Bearer ${tenant.apiKey}` };
    const client = await follow(headers, other.url);
    going.drain();
    const refused = await follow(headers, other.url);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '15']);
    await vi.waitFor(() => expect(client.isOver()).toBe(true), within);
    await other.stop();
  });
});

it('is refused while nobody can be told, and to an operator outside every business', async () => {
  const away = createRedisChangeFeed({ ...settings, url: 'redis://127.0.0.1:1' });
  const lonely = createLiveStreams({ feed: away, database: { sql }, logger });
  const other = await startApiHarness({ live: lonely });
  onTestFinished(async () => {
    await other.stop();
    await away.close();
  });
  const refused = await follow({ authorization: `Bearer ${tenant.apiKey}` }, other.url);
  expect([refused.status, refused.body.code]).toEqual([503, 'service_unavailable']);
  expect(refused.headers.get('retry-after')).not.toBeNull();
});
