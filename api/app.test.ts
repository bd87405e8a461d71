import { describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import { receiveWebhookAtEndpointRoute, receiveWebhookRoute } from '../contracts/rest/webhooks.ts';
import { rolePermissions } from '../domain/access/roles.ts';
import { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { createAccessParts } from '../identity/access-parts.ts';
import { createLogger } from '../runtime/logger.ts';
import { openTestAccounts } from '../tests/support/test-accounts.ts';
import { openTestPortals } from '../tests/support/test-portals.ts';
import { testSealing } from '../tests/support/test-sealer.ts';
import { makeTestGate } from '../tests/support/wide-gate.ts';
import { allRoutes } from './all-routes.ts';
import { createApp, createWebhookApp } from './app.ts';
import { bodyBytesMax, webhookBytesMax } from './gateway/read-body.ts';
import type { ApiParts, IncomingWebhook } from './parts.ts';

const noDatabase = new Proxy(() => undefined, {
  apply: () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  },
  get: (_target, name) => () => {
    if (name === 'begin') throw new Error('a bug, with a secret in its text');
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  },
});

const logged: string[] = [];
const webhooks: IncomingWebhook[] = [];

const receiveWebhook: ApiParts['receiveWebhook'] = async (webhook) => {
  if (webhook.provider !== 'sandbox') throw new DomainError('not_found', 'unknown provider');
  webhooks.push(webhook);
  return { status: 200, body: { status: 'received' } };
};
const logger = createLogger('test', { destination: { write: (line) => void logged.push(line) } });

const app = createApp({
  metricsNetworks: ['10.0.0.0/8'],
  context: {
    ...testSealing,
    database: { sql: noDatabase as never },
    provider: () => {
      throw new Error('no provider here');
    },
    sendIntents: () => undefined,
  },
  accounts: openTestAccounts(noDatabase as never),
  system: { sql: noDatabase as never },
  documents: {
    contentType: 'application/pdf',
    render: async () => {
      throw new Error('no documents here');
    },
  },
  denials: { note: () => undefined, stop: async () => undefined },
  authenticate: ({ header }) => {
    if (header('authorization') !== 'Bearer good') throw new DomainError('unauthorized', 'no');
    const permissions = rolePermissions.admin;
    const tenantId = 'ten_1' as TenantId;
    return { tenantId, kind: 'api_key', actor: 'key_1', role: 'admin', permissions, customerId: null };
  },
  portals: openTestPortals(noDatabase as never),
  access: createAccessParts({ keySecret: 'a test' }),
  gate: makeTestGate(),
  addressOfWorkflow: () => ({ workflowId: 'sub:ten_1:sub_1', namespace: 'test', url: null }),
  live: { open: async () => new ReadableStream<Uint8Array>(), drain: () => undefined },
  receiveWebhook,
  logger,
} satisfies ApiParts);

function send(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>, headers: object = {}) {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return app.request(path, { method, body, headers: { authorization: 'Bearer good', ...length, ...headers } });
}

it('serves every call of the contract, and no other', () => {
  const served = new Set([
    ...allRoutes.map(({ contract }) => contract),
    routeRegistry.get('followChanges'),
    receiveWebhookRoute,
    receiveWebhookAtEndpointRoute,
  ]);
  const missing = [...routeRegistry].filter(([, contract]) => !served.has(contract)).map(([name]) => name);
  expect(missing).toEqual([]);
  expect(served.size).toBe(routeRegistry.size);
});

describe('addresses', () => {
  it('answers an unknown one as it answers an unknown id', async () => {
    const answer = await send('GET', '/v1/no-such-thing');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      code: 'not_found',
      detail: 'There is nothing by that id or address.',
    });
  });

  it.each([
    ['/v1/subscriptions', 'PATCH', 'POST, GET'],
    ['/subscriptions/sub_1', 'POST', 'PUT, DELETE, GET'],
    ['/v1/plans', 'DELETE', 'POST, GET'],
  ])('%s refuses %s and names what it takes', async (path, method, allow) => {
    const answer = await send(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' });
  });

  it.each(['/plans', '/customers', '/invoices', '/test-clock'])('keeps %s under /v1 only', async (path) => {
    expect((await send('GET', path)).status).toBe(404);
  });
});

describe('what goes wrong', () => {
  it('answers 503 and when to come back while the database is away', async () => {
    const answer = await send('GET', '/v1/plans');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'service_unavailable' });
  });

  it('answers a bug with 500 and says nothing of it, but to the log', async () => {
    const answer = await send('POST', '/v1/plans/plan_1/archive');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(logged.join('')).toContain('a bug, with a secret');
  });

  it('counts a body of unannounced length while it arrives', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half', headers: { 'transfer-encoding': 'chunked' } };
    const headers = { ...init.headers, authorization: 'Bearer good' };
    const answer = await app.request('/v1/plans', { ...init, headers } as RequestInit);
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(2 * bodyBytesMax);
  });

  it('refuses 10,000 nested levels without a fall', async () => {
    const answer = await send('POST', '/v1/plans', `{"metadata":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
  });
});

describe('the request id', () => {
  it('is the caller’s where it is a short plain token, and only in its header', async () => {
    const answer = await send('GET', '/v1/none', undefined, { 'x-request-id': 'order-17.a' });
    expect(answer.headers.get('x-request-id')).toBe('order-17.a');
    expect(await answer.text()).not.toContain('order-17');
  });

  it.each([
    ...['4242424242424242', 'a b', 'x'.repeat(65)],
    ...['rc_test_01h455vb4pex5vsknk084sn02q', 'order.rc_live_01h455vb4pex5', 'rcs_2Nq0Zx8sVt', 'whsec_Zm9yZ2Vk'],
  ])('is our own instead of %s', async (id) => {
    const answer = await send('GET', '/v1/none', undefined, { 'x-request-id': id });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('webhooks', () => {
  it('hand on the bytes and headers as they came, without a key', async () => {
    const body = '{ "a":1 }';
    const headers = { 'content-length': String(body.length), 'Webhook-Id': 'evt_1' };
    const answer = await app.request('/webhooks/sandbox', { method: 'POST', body, headers });
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'received' }]);
    expect(Buffer.from(webhooks.at(-1)?.rawBody ?? []).toString()).toBe(body);
    expect(webhooks.at(-1)?.headers['webhook-id']).toBe('evt_1');
    expect(webhooks.at(-1)?.endpoint).toBeNull();
  });

  it('say which endpoint they were sent to', async () => {
    expect((await send('POST', '/webhooks/sandbox/whe_1', '{}')).status).toBe(200);
    expect(webhooks.at(-1)).toMatchObject({ provider: 'sandbox', endpoint: 'whe_1' });
  });

  it('are refused for a moment when they are too much to hold at once', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const door = createWebhookApp({
      receiveWebhook: async () => {
        await held;
        return { status: 200, body: { status: 'received' } };
      },
      logger,
    });
    const body = 'x'.repeat(webhookBytesMax);
    const headers = { 'content-length': String(body.length) };
    const post = async () => (await door.request('/webhooks/sandbox', { method: 'POST', body, headers })).status;
    const answers = Array.from({ length: 64 }, post);
    const refused = await door.request('/webhooks/sandbox', { method: 'POST', body, headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    release();
    expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
    expect(await post()).toBe(200);
  });

  it('have a door of their own, which leads nowhere else', async () => {
    const door = createWebhookApp({ receiveWebhook, logger });
    const post = (path: string) => door.request(path, { method: 'POST', body: '{}' });
    expect((await post('/webhooks/sandbox')).status).toBe(200);
    expect((await post('/v1/webhooks/sandbox/whe_1')).status).toBe(200);
    expect((await post('/subscriptions')).status).toBe(404);
    expect((await door.request('/webhooks/sandbox')).status).toBe(405);
    expect((await door.request('/health/live')).status).toBe(200);
    expect((await door.request('/docs')).status).toBe(404);
  });

  it.each(['stripe', 'nobody', '__proto__'])('of %s lead nowhere', async (provider) => {
    expect((await send('POST', `/v1/webhooks/${provider}`, '{}')).status).toBe(404);
  });

  it('may be four times as large as a call, and are refused above that before anybody looks at them', async () => {
    expect((await send('POST', '/webhooks/sandbox', 'x'.repeat(bodyBytesMax + 1))).status).toBe(200);
    const before = webhooks.length;
    for (const address of ['/webhooks/sandbox', '/v1/webhooks/sandbox/whe_1'])
      expect((await send('POST', address, 'x'.repeat(webhookBytesMax + 1))).status).toBe(413);
    expect(webhooks).toHaveLength(before);
  });
});

describe('the reference', () => {
  it('lets nothing come from elsewhere', async () => {
    const answer = await app.request('/docs');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    const html = await answer.text();
    expect(html).not.toMatch(/https?:/);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    for (const asset of assets) expect([asset, (await app.request(asset)).status]).toEqual([asset, 200]);
  });

  it('is an OpenAPI 3.1 document of every call', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path as object));
    const ids = operations.map((operation) => (operation as { operationId: string }).operationId);
    expect(ids.toSorted()).toEqual([...routeRegistry.keys()].toSorted());
  });
});

describe('beside the calls', () => {
  const from = (ip: string, headers: Record<string, string> = {}) =>
    app.request('/metrics', { headers }, { incoming: { socket: { remoteAddress: ip }, headers } });

  it('there is health', async () => {
    expect((await app.request('/health/live')).status).toBe(200);
  });

  it('there are metrics for who comes from inside', async () => {
    const metrics = await (await from('10.1.2.3')).text();
    expect(metrics).toMatch(/redcore_http_request_duration_seconds_count\{.*route="unknown".*\}/);
  });

  it('there are none for strangers, nor through a proxy', async () => {
    const answers = [await from('203.0.113.7'), await from('10.1.2.3', { 'x-forwarded-for': '203.0.113.7' })];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(await answers[0]?.json()).toMatchObject({ code: 'not_found' });
  });
});
