import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createMemoryCache } from '../../adapters/cache/memory-cache.ts';
import { createRedisRequestCounter } from '../../adapters/limits/redis/redis-request-counter.ts';
import { createMemoryRequestCounter, createRequestCounter } from '../../adapters/limits/request-counter.ts';
import { createLogger } from '../../runtime/logger.ts';
import { signUp, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { makeTestGate, wideLimits } from '../../tests/support/wide-gate.ts';
import type { GateLimits, GateParts } from './gate.ts';

const opened: ApiHarness[] = [];
afterAll(async () => {
  await Promise.all(opened.map((api) => api.stop()));
});

async function open(narrowed: Partial<GateLimits> = {}, more: Partial<GateParts> = {}): Promise<ApiHarness> {
  const api = await startApiHarness({ gate: makeTestGate({ limits: { ...wideLimits, ...narrowed }, ...more }) });
  opened.push(api);
  return api;
}

/** A second lasts as long as the test wants. */
function stoppedClock() {
  const clock = { now: 0 };
  return { clock, counter: createMemoryRequestCounter(() => clock.now) };
}

const withRates = (rates: Partial<GateLimits['rates']>) => ({ rates: { ...wideLimits.rates, ...rates } });

function statusesOf(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));

describe('a rate', () => {
  it('is told with every answer, and refuses with when to come back', async () => {
    const { clock, counter } = stoppedClock();
    const api = await open(withRates({ caller: 5 }), { counter });
    const { apiKey: key } = await api.makeTenant();
    const read = () => api.call('GET', '/v1/plans', { key });
    const first = await read();
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-limit')).toBe('5');
    expect(first.headers.get('ratelimit-remaining')).toBe('4');
    expect(first.headers.get('ratelimit-reset')).toBe('1');
    expect(first.headers.get('ratelimit-policy')).toBe('"caller";q=5;w=1');
    const others = await many(10, read);
    expect(statusesOf(others)).toEqual({ 200: 4, 429: 6 });
    const refused = others.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ status: 429, code: 'rate_limited', title: 'Too many requests' });
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('ratelimit-remaining')).toBe('0');
    clock.now = 1_000;
    expect((await read()).status).toBe(200);
  });

  it('is one key’s, and all keys of a tenant share the tenant’s', async () => {
    const api = await open(withRates({ caller: 20, tenant: 25 }), stoppedClock());
    const [tenant, neighbour] = [await api.makeTenant(), await api.makeTenant()];
    const second = await api.makeKey(tenant.tenantId, 'viewer');
    const read = (key: string) => api.call('GET', '/v1/plans', { key });
    expect(statusesOf(await many(40, () => read(tenant.apiKey)))).toEqual({ 200: 20, 429: 20 });
    const shared = await many(10, () => read(second));
    expect(statusesOf(shared)).toEqual({ 200: 5, 429: 5 });
    expect(shared.at(-1)?.headers.get('ratelimit-policy')).toBe('"tenant";q=25;w=1');
    expect((await read(neighbour.apiKey)).status).toBe(200);
  });

  it('of a tenant is what its operator set', async () => {
    const tenants = {
      find: () => ({ mode: 'sandbox', status: 'active', limits: { requests_per_second: 3 } }) as const,
    };
    const api = await open(withRates({ tenant: 1_000 }), { tenants });
    const { apiKey: key } = await api.makeTenant();
    const answer = await api.call('GET', '/v1/plans', { key });
    expect(answer.headers.get('ratelimit-policy')).toBe('"tenant";q=3;w=1');
  });

  it('of calls under way at once is what its operator set, and nobody else waits for it', async () => {
    const narrow = new Set<string>();
    const limitsOf = (id: string): Record<string, number> => (narrow.has(id) ? { concurrent_requests: 2 } : {});
    const tenants = { find: (id: string) => ({ mode: 'sandbox', status: 'active', limits: limitsOf(id) }) as const };
    const api = await open({}, { tenants });
    const [tenant, neighbour] = [await api.makeTenant(), await api.makeTenant()];
    narrow.add(tenant.tenantId);
    const lock = await api.owner.reserve();
    await lock`begin`;
    const both = [tenant.tenantId, neighbour.tenantId];
    const [held] =
      await lock`select pg_backend_pid() as pid from tenants where tenant_id in ${api.owner(both)} for update`;
    const create = (key: string) =>
      api.call('POST', '/v1/customers', {
        ...{ key, body: { email: 'ada@example.com' }, headers: { 'idempotency-key': randomUUID() } },
      });
    const waiting = [tenant, tenant, neighbour].map(({ apiKey }) => create(apiKey));
    const blocked = () => api.owner`select 1 from pg_stat_activity where ${held?.['pid']} = any(pg_blocking_pids(pid))`;
    await vi.waitFor(async () => expect(await blocked()).toHaveLength(3), { timeout: 20_000 });
    const read = (key: string) => api.call('GET', '/v1/plans', { key });
    const refused = await read(tenant.apiKey);
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([429, 'rate_limited', '1']);
    expect((await read(neighbour.apiKey)).status).toBe(200);
    await lock`commit`;
    lock.release();
    expect(statusesOf(await Promise.all(waiting))).toEqual({ 201: 3 });
    expect((await read(tenant.apiKey)).status).toBe(200);
  });

  it('of changes and of charges is counted by itself', async () => {
    const api = await open(withRates({ write: 2, money: 1 }));
    const { apiKey: key } = await api.makeTenant();
    const policy = async (method: string, path: string) =>
      (await api.call(method, path, { key, body: {} })).headers.get('ratelimit-policy');
    expect(await policy('POST', '/v1/customers')).toBe('"write";q=2;w=1');
    expect(await policy('POST', '/v1/subscriptions')).toBe('"money";q=1;w=1');
  });

  it('of one network is kept before anybody is known, and refused credentials have a narrow one', async () => {
    const api = await open(withRates({ failure: 10 }));
    const { apiKey: key } = await api.makeTenant();
    const wrong = await many(10, () => api.call('GET', '/v1/plans', { key: 'rc_test_nonsense' }));
    expect(statusesOf(wrong)).toEqual({ 401: 10 });
    const locked = await api.call('GET', '/v1/plans', { key });
    expect([locked.status, locked.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(1);
    // Behind a proxy of ours the next client is another network.
    const trusting = await open(withRates({ failure: 2 }), { trustedProxies: ['127.0.0.1'] });
    const other = await trusting.makeTenant();
    const from = (ip: string, presented: string) =>
      trusting.call('GET', '/v1/plans', { key: presented, headers: { 'x-forwarded-for': ip } });
    await many(3, () => from('203.0.113.7', 'wrong'));
    expect((await from('203.0.113.7', other.apiKey)).status).toBe(429);
    expect((await from('203.0.113.8', other.apiKey)).status).toBe(200);
    expect(trusting.logged.join('')).toContain('"ip":"203.0.113.8"');
  });

  it('is not escaped by a forged X-Forwarded-For', async () => {
    const api = await open(withRates({ ip: 5 }), stoppedClock());
    const { apiKey: key } = await api.makeTenant();
    let sent = 0;
    const answers = await many(12, () => {
      sent += 1;
      return api.call('GET', '/v1/plans', { key, headers: { 'x-forwarded-for': `203.0.113.${sent}` } });
    });
    expect(statusesOf(answers)).toEqual({ 200: 5, 429: 7 });
  });
});

describe('two servers on one Redis', () => {
  it('let through together hardly more than one may', async () => {
    const prefix = `test:${randomUUID()}:`;
    const logger = createLogger('test', { level: 'silent' });
    const make = () => createRedisRequestCounter({ url: stackEnv().redisUrl, prefix, logger });
    const counters = [make(), make()] as const;
    for (const counter of counters)
      await vi.waitFor(
        async () => expect(await counter.countExactly('probe', { max: 9, windowMs: 1_000 })).not.toBeNull(),
        { timeout: 10_000 },
      );
    const apis = [
      await open(withRates({ failure: 50 }), { counter: counters[0] }),
      await open(withRates({ failure: 50 }), { counter: counters[1] }),
    ] as const;
    const answers: { status: number }[] = [];
    for (let call = 0; call < 150; call += 1)
      answers.push(await (apis[call % 2] ?? apis[0]).call('GET', '/v1/plans', { key: 'wrong' }));
    const { 401: answered = 0, 429: refused = 0 } = statusesOf(answers);
    expect(answered + refused).toBe(150);
    expect(answered).toBeGreaterThanOrEqual(50);
    expect(answered).toBeLessThanOrEqual(50 + 2 * 2);
    await Promise.all(counters.map((counter) => counter.close()));
  });
});

describe('while nobody can count', () => {
  let api: ApiHarness;
  let tenant: TestTenant;
  beforeAll(async () => {
    api = await open({}, { counter: createRequestCounter(async () => null) });
    tenant = await api.makeTenant();
  });

  it('what makes secrets is refused, and nothing is made', async () => {
    const body = { provider: 'custom' };
    const answer = await api.call('POST', '/v1/admin/webhook-endpoints', { key: tenant.apiKey, body });
    expect([answer.status, answer.body.code]).toEqual([503, 'overloaded']);
    expect(answer.headers.get('retry-after')).toBe('1');
    const made = await api.owner`select 1 from webhook_endpoints where tenant_id = ${tenant.tenantId}`;
    expect(made).toHaveLength(0);
  });

  it('everything else goes on', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    expect((await api.call('GET', `/v1/subscriptions/${subscriptionId}`, { key: tenant.apiKey })).status).toBe(200);
  });
});

describe('calls about money', () => {
  it('beyond their places are refused before anything is written, reads and others go on', async () => {
    const api = await open({ places: { total: 10, perTenant: 2 } });
    const [tenant, neighbour] = [await api.makeTenant(), await api.makeTenant()];
    const [signup, next] = [await signUp(api, tenant), await signUp(api, neighbour)];
    api.provider.script({ tenantId: tenant.tenantId, next: Array<string>(2).fill('slow:300') });
    const create = (of: TestTenant, who: { customerId: string; planId: string }, key = randomUUID()) =>
      api.call('POST', '/v1/subscriptions', {
        key: of.apiKey,
        body: { customer_id: who.customerId, plan_id: who.planId },
        headers: { 'idempotency-key': key },
      });
    const keys = Array.from({ length: 12 }, () => randomUUID());
    const answers = await Promise.all(keys.map((key) => create(tenant, signup, key)));
    const refused = keys.filter((_, index) => answers[index]?.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.find(({ status }) => status === 503)?.body.code).toBe('overloaded');
    const rows = await api.owner`select 1 from idempotency_keys where key = any(${refused}::text[])`;
    expect(rows).toHaveLength(0);
    expect((await create(neighbour, next)).status).toBe(201);
    expect((await create(tenant, signup, refused[0])).status).toBe(201);
  });
});

describe('a call that takes too long', () => {
  it('is answered in time, and still done once', async () => {
    const api = await open({ requestTimeoutMs: 1 });
    const tenant = await api.makeTenant();
    const idempotencyKey = randomUUID();
    const lock = await api.owner.reserve();
    await lock`begin`;
    await lock`select 1 from tenants where tenant_id = ${tenant.tenantId} for update`;
    const create = () =>
      api.call('POST', '/v1/customers', {
        key: tenant.apiKey,
        body: { email: 'ada@example.com' },
        headers: { 'idempotency-key': idempotencyKey },
      });
    const late = await create();
    expect([late.status, late.body.code, late.headers.get('retry-after')]).toEqual([503, 'service_unavailable', '1']);
    await lock`commit`;
    lock.release();
    await vi.waitFor(
      async () => {
        const rows = await api.owner`select 1 from customers where tenant_id = ${tenant.tenantId}`;
        expect(rows).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
  });
});

describe('replays from the cache', () => {
  it('are the stored answer, cost no transaction, and are nobody else’s', async () => {
    const cache = createMemoryCache();
    const api = await open({}, { cache });
    const [tenant, neighbour] = [await api.makeTenant(), await api.makeTenant()];
    const idempotencyKey = randomUUID();
    const create = (of: TestTenant, email = 'ada@example.com') =>
      api.call('POST', '/v1/customers', {
        key: of.apiKey,
        body: { email },
        headers: { 'idempotency-key': idempotencyKey },
      });
    const [first, second] = [await create(tenant), await create(tenant)];
    expect(second.body).toEqual(first.body);
    // What PostgreSQL says is changed behind the cache's back, to see which of them answers.
    await api.owner`update idempotency_keys set answer_status = 418 where tenant_id = ${tenant.tenantId}`;
    const third = await create(tenant);
    expect([third.status, third.body]).toEqual([201, first.body]);
    expect(third.headers.get('idempotency-replayed')).toBe('true');
    expect((await create(tenant, 'other@example.com')).body.code).toBe('idempotency_key_reused');
    expect((await create(neighbour)).body.customer_id).not.toBe(first.body.customer_id);
  });

  it('never hold an answer that showed a secret', async () => {
    const held: string[] = [];
    const memory = createMemoryCache();
    const cache = {
      ...memory,
      set: async (key: string, value: string, ttlMs: number) => {
        held.push(value);
        await memory.set(key, value, ttlMs);
      },
    };
    const api = await open({}, { cache });
    const { apiKey: key } = await api.makeTenant();
    const headers = { 'idempotency-key': randomUUID() };
    const make = () => api.call('POST', '/v1/admin/webhook-endpoints', { key, body: { provider: 'custom' }, headers });
    const shown = (await make()).body.secret as string;
    expect(shown).toMatch(/^whsec_/);
    await make();
    await make();
    expect(held).toEqual([]);
  });
});
