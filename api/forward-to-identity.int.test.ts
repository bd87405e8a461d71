import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRequestCounter, createRequestCounter } from '../adapters/limits/request-counter.ts';
import { type ApiHarness, startApiHarness } from '../tests/support/api-harness.ts';
import { makeTestGate, wideLimits } from '../tests/support/wide-gate.ts';
import type { GateParts } from './gateway/gate.ts';

let identity: Server;
let reached: string[] = [];
const opened: ApiHarness[] = [];

beforeAll(async () => {
  identity = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => void identity.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  reached = [];
});
afterAll(async () => {
  await Promise.all(opened.map((api) => api.stop()));
  identity.closeAllConnections();
  identity.close();
});

async function open(rates: Partial<(typeof wideLimits)['rates']>, counter: GateParts['counter']): Promise<ApiHarness> {
  const limits = { ...wideLimits, rates: { ...wideLimits.rates, ...rates } };
  const { port } = identity.address() as AddressInfo;
  const api = await startApiHarness({
    gate: makeTestGate({ limits, counter, trustedProxies: ['127.0.0.1'] }),
    identityUrl: `http://127.0.0.1:${port}`,
  });
  opened.push(api);
  return api;
}

const from = (api: ApiHarness, ip: string, method: string, path: string) =>
  fetch(api.url + path, { method, redirect: 'manual', headers: { 'x-forwarded-for': ip } });

async function statusesOf(count: number, send: () => Promise<Response>): Promise<number[]> {
  const statuses = [];
  for (let sent = 0; sent < count; sent += 1) statuses.push((await send()).status);
  return statuses;
}

describe('what is passed on', () => {
  it('is counted by network, with all else that comes from there', async () => {
    const api = await open(
      { ip: 3 },
      createMemoryRequestCounter(() => 0),
    );
    const jwks = () => from(api, '203.0.113.7', 'GET', '/oauth/jwks');
    const first = await jwks();
    expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"ip";q=3;w=1']);
    expect(await statusesOf(4, jwks)).toEqual([200, 200, 429, 429]);
    const discovery = await from(api, '203.0.113.7', 'GET', '/.well-known/openid-configuration');
    const form = await from(api, '203.0.113.7', 'GET', '/identity/sign-in/one');
    const page = await from(api, '203.0.113.7', 'GET', '/auth/signed-out');
    expect([discovery.status, form.status, page.status]).toEqual([429, 429, 429]);
    expect((await from(api, '203.0.113.8', 'GET', '/oauth/jwks')).status).toBe(200);
    expect(reached).toHaveLength(4);
  });

  it.each([
    ['POST', '/oauth/token'],
    ['POST', '/identity/sign-in/one'],
    ['POST', '/identity/password'],
    ['GET', '/auth/sign-in'],
    ['GET', '/auth/portal'],
  ])('%s %s is counted as signing in', async (method, path) => {
    const api = await open(
      { login: 3 },
      createMemoryRequestCounter(() => 0),
    );
    const ask = () => from(api, '203.0.113.7', method, path);
    const statuses = await statusesOf(5, ask);
    expect(statuses.slice(0, 3)).not.toContain(429);
    expect(statuses.slice(3)).toEqual([429, 429]);
    const refused = await ask();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1);
    expect(refused.headers.get('ratelimit-policy')).toBe('"login";q=3;w=60');
    expect((await from(api, '203.0.113.7', 'GET', '/oauth/jwks')).status).toBe(200);
    expect((await from(api, '203.0.113.8', method, path)).status).not.toBe(429);
  });
});

describe('while nobody can count', () => {
  it('nobody signs in and no token is asked for; what shows only public things goes on', async () => {
    const api = await open(
      {},
      createRequestCounter(async () => null),
    );
    for (const [method, path] of [
      ['POST', '/oauth/token'],
      ['POST', '/identity/sign-in/one'],
      ['GET', '/auth/sign-in'],
      ['GET', '/auth/callback'],
      ['GET', '/auth/portal'],
    ] as const) {
      const answer = await api.call(method, path, { headers: { accept: 'application/json' } });
      expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'overloaded']);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(reached).toEqual([]);
    expect((await from(api, '203.0.113.7', 'GET', '/oauth/jwks')).status).toBe(200);
  });
});
