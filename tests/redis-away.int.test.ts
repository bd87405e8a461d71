import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readValues } from '../adapters/cache/redis/read-values.ts';
import { FakePaymentProvider } from '../adapters/payments/fake.ts';
import { newId } from '../db/new-id.ts';
import type { ApiHarness, TestTenant } from './support/api-harness.ts';
import { startApiOnRedis } from './support/api-on-redis.ts';
import type { OwnRedis } from './support/own-redis.ts';
import { addEndpoint, chargeUpdated, signed } from './support/webhook-door.ts';

const provider = Object.assign(new FakePaymentProvider(), { name: 'custom' });
const failuresPerMinute = 20;

let running: Awaited<ReturnType<typeof startApiOnRedis>>;
let redis: OwnRedis;
let api: ApiHarness;
let tenant: TestTenant;
let neighbour: TestTenant;

beforeAll(async () => {
  running = await startApiOnRedis({ providers: [provider], failuresPerMinute });
  ({ api, redis } = running);
  [tenant, neighbour] = [await api.makeTenant(), await api.makeTenant()];
});
afterAll(() => running.stop());
beforeEach(() => vi.waitFor(() => running.cache.check(), { timeout: 10_000 }));

const create = (of: TestTenant, idempotencyKey: string, email = 'ada@example.com') =>
  api.call('POST', '/v1/customers', {
    key: of.apiKey,
    body: { email },
    headers: { 'idempotency-key': idempotencyKey },
  });

interface Delivery {
  id: string;
  to: { tenant: TestTenant; endpoint: string; secret: string };
}

async function deliver({ id, to }: Delivery): Promise<number> {
  const body = chargeUpdated({ account: to.tenant.tenantId, reference: newId('attempt') });
  const webhook = signed({ id, body, secret: to.secret });
  const answer = await api.call('POST', `/webhooks/custom/${to.endpoint}`, {
    raw: new Uint8Array(webhook.rawBody),
    headers: webhook.headers as Record<string, string>,
  });
  return answer.status;
}

const rowsOf = async (id: string) =>
  (
    await api.owner<{ tenantId: string }[]>`select tenant_id from inbox where provider_event_id = ${id} order by id`
  ).map(({ tenantId }) => tenantId);

async function openEndpoint(of: TestTenant): Promise<Delivery['to']> {
  const { id, secret } = await addEndpoint(api.owner, of.tenantId, { provider: 'custom' });
  return { tenant: of, endpoint: id, secret };
}

/** What must be counted to be allowed, and what that is answered with. */
async function codesOfSecrets(): Promise<string[]> {
  const answers = await Promise.all([
    api.call('POST', '/oauth/token', {}),
    api.call('POST', '/identity/sign-in/one', {}),
    api.call('GET', '/auth/sign-in', { headers: { accept: 'application/json' } }),
    api.call('POST', '/v1/api-keys', { key: tenant.apiKey, body: {} }),
  ]);
  return answers.map(({ status, body }) => `${status} ${body.code}`);
}

const uncounted = Array<string>(4).fill('503 overloaded');
const countedAgain = [...Array<string>(3).fill('503 service_unavailable'), '400 invalid_request'];

/** Everything that a copy answers elsewhere, asked anew. */
async function expectRightAnswers(): Promise<void> {
  const idempotencyKey = randomUUID();
  const first = await create(tenant, idempotencyKey);
  expect(first.status).toBe(201);
  const repeated = [await create(tenant, idempotencyKey), await create(tenant, idempotencyKey)];
  for (const again of repeated) {
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  }
  expect((await create(tenant, idempotencyKey, 'eve@example.com')).status).toBe(422);
  expect((await create(neighbour, idempotencyKey)).body.customer_id).not.toBe(first.body.customer_id);

  const delivery = { id: `evt_${randomUUID()}`, to: await openEndpoint(tenant) };
  const statuses = [await deliver(delivery), await deliver(delivery), await deliver(delivery)];
  expect(statuses).toEqual([200, 200, 200]);
  expect(await rowsOf(delivery.id)).toEqual([tenant.tenantId]);
}

describe('Redis holds', () => {
  it('F13: what has been stored, so that a repeated notification opens no transaction, and not another tenant’s', async () => {
    const delivery = { id: `evt_${randomUUID()}`, to: await openEndpoint(tenant) };
    expect(await deliver(delivery)).toBe(200);
    // Taken away behind its back: whether the inbox is asked again is to be seen.
    await api.owner`delete from inbox where provider_event_id = ${delivery.id}`;
    await vi.waitFor(
      async () => {
        expect(await deliver(delivery)).toBe(200);
        expect(await rowsOf(delivery.id)).toEqual([]);
      },
      { timeout: 10_000 },
    );
    const foreign = { id: delivery.id, to: await openEndpoint(neighbour) };
    expect(await deliver(foreign)).toBe(200);
    const elsewhere = { id: delivery.id, to: await openEndpoint(tenant) };
    expect(await deliver(elsewhere)).toBe(200);
    expect((await rowsOf(delivery.id)).toSorted()).toEqual([neighbour.tenantId, tenant.tenantId].toSorted());
    const forged = { ...delivery, to: { ...delivery.to, secret: 'whsec_Zm9yZ2VkLWJ5LXNvbWVib2R5LWVsc2U=' } };
    expect(await deliver(forged)).toBe(400);
  });

  it('no key, and no secret of an endpoint', async () => {
    const made = await api.call('POST', '/v1/admin/webhook-endpoints', {
      key: tenant.apiKey,
      body: { provider: 'custom' },
      headers: { 'idempotency-key': 'once' },
    });
    await expectRightAnswers();
    const secrets = [tenant.apiKey, tenant.apiKey.slice(-40, -8), made.body.secret as string];
    const texts: string[] = [];
    await readValues(redis.url, { prefix: '', keysMax: 10_000 }, (value) => texts.push(...value.texts));
    expect(texts.length).toBeGreaterThan(2);
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });
});

/** As a business's back end asks for it. */
async function makeLink(): Promise<{ path: string; customerId: string }> {
  const { body: customer } = await create(tenant, randomUUID());
  const customerId = customer.customer_id as string;
  const made = await api.call('POST', `/v1/customers/${customerId}/portal-session`, { key: tenant.apiKey, body: {} });
  const { pathname, search } = new URL(made.body.url as string);
  return { path: pathname + search, customerId };
}

/** As a browser signs in by it; the cookie it keeps, where it is let in. */
async function signInBy({ path }: { path: string }): Promise<{ status: number; cookie: string }> {
  const { status, headers } = await fetch(api.url + path, { redirect: 'manual' });
  return { status, cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

const whoIs = (cookie: string) => api.call('GET', '/v1/session', { headers: { cookie } });

async function flush(): Promise<void> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
}

describe('F9', () => {
  it('who is signed in is signed out when it is flushed, links that wait are over, and signing in works again', async () => {
    const link = await makeLink();
    const { status, cookie } = await signInBy(link);
    expect([status, (await whoIs(cookie)).body.actor]).toEqual([303, link.customerId]);
    const waiting = await makeLink();
    await flush();
    expect((await whoIs(cookie)).status).toBe(401);
    expect((await signInBy(waiting)).status).toBe(401);
    const next = await makeLink();
    const again = await signInBy(next);
    expect([again.status, (await whoIs(again.cookie)).body.actor]).toEqual([303, next.customerId]);
    expect((await whoIs(cookie)).status).toBe(401);
  });

  it('answers stay right when it is flushed', async () => {
    const idempotencyKey = randomUUID();
    const first = await create(tenant, idempotencyKey);
    await create(tenant, idempotencyKey);
    const delivery = { id: `evt_${randomUUID()}`, to: await openEndpoint(tenant) };
    await deliver(delivery);
    await flush();
    expect((await create(tenant, idempotencyKey)).body).toEqual(first.body);
    expect(await deliver(delivery)).toBe(200);
    expect(await rowsOf(delivery.id)).toHaveLength(1);
  });

  it('answers stay right while it is down, rates are kept by each process, and it is used again afterwards', async () => {
    const idempotencyKey = randomUUID();
    const first = await create(tenant, idempotencyKey);
    await redis.kill();
    expect((await create(tenant, idempotencyKey)).body).toEqual(first.body);
    await expectRightAnswers();
    const headers = { 'x-forwarded-for': '203.0.113.50' };
    const guesses: number[] = [];
    for (let guess = 0; guess < failuresPerMinute + 10; guess += 1)
      guesses.push((await api.call('GET', '/v1/customers', { key: 'wrong', headers })).status);
    expect(guesses).toEqual([...Array<number>(failuresPerMinute).fill(401), ...Array<number>(10).fill(429)]);
    await redis.restart();
  });

  it('nobody signs in, gets a token or makes a key while it is down, and everybody does afterwards', async () => {
    await vi.waitFor(async () => expect(await codesOfSecrets()).toEqual(countedAgain), { timeout: 10_000 });
    await redis.kill();
    expect(await codesOfSecrets()).toEqual(uncounted);
    await redis.restart();
    await vi.waitFor(async () => expect(await codesOfSecrets()).toEqual(countedAgain), { timeout: 10_000 });
  });
});

describe('F10', () => {
  async function timesOf(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let request = 0; request < count; request += 1) {
      const startedAt = performance.now();
      expect((await create(tenant, randomUUID())).status).toBe(201);
      times.push(performance.now() - startedAt);
    }
    return times.toSorted((a, b) => a - b);
  }

  it('while it is frozen answers are right, and no request takes 150 ms more', async () => {
    await timesOf(10);
    const before = await timesOf(30);
    redis.freeze();
    try {
      const during = await timesOf(30);
      expect((during.at(-1) ?? 0) - (before.at(-1) ?? 0)).toBeLessThan(150);
      await expectRightAnswers();
      expect(await codesOfSecrets()).toEqual(uncounted);
    } finally {
      redis.thaw();
    }
  });
});
