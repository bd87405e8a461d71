import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRequestCounter, createRequestCounter } from '../adapters/limits/request-counter.ts';
import { makeApiKey } from '../identity/api-key.ts';
import { type ApiHarness, startApiHarness } from '../tests/support/api-harness.ts';
import { makeTestGate, wideLimits } from '../tests/support/wide-gate.ts';
import { refuseForbiddenParameters } from './gateway/check-text.ts';
import type { GateParts } from './gateway/gate.ts';

let identity: Server;
let reached: string[] = [];
let bodies: string[] = [];
const opened: ApiHarness[] = [];

beforeAll(async () => {
  identity = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`);
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      bodies.push(body);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => void identity.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  [reached, bodies] = [[], []];
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

describe('what may be kept nowhere', () => {
  const card = '4000056655665556';
  let api: ApiHarness;
  beforeAll(async () => {
    api = await open(
      {},
      createMemoryRequestCounter(() => 0),
    );
  });

  it.each([
    ['a card number as a state', `/oauth/authorize?client_id=redcore-portals&state=${card}`, 'card_number_refused'],
    ['one as people write it', '/oauth/authorize?login_hint=5200+8282-8282%208210', 'card_number_refused'],
    ['one as a name', `/oauth/end-session?${card}=1`, 'card_number_refused'],
    ['one spelled by its bytes', '/oauth/authorize?state=%34%30%300056655665556', 'card_number_refused'],
    ['one behind bytes that are no text', `/oauth/authorize?state=%FF%34${card.slice(1)}`, 'card_number_refused'],
    ['one in an address to go back to', `/auth/sign-in?return_to=/admin/?of=${card}`, 'card_number_refused'],
    ['one beside a code', `/auth/callback?code=a&state=${card}`, 'card_number_refused'],
    ['one beside a link', `/auth/portal?token=a&return_to=/portal/${card}`, 'card_number_refused'],
    ['an API key', `/oauth/authorize?state=${makeApiKey('live').text}`, 'invalid_request'],
    ['an API key as a link', `/auth/portal?token=${makeApiKey('sandbox').text}`, 'invalid_request'],
  ])('goes no further in an address: %s', async (_what, path, code) => {
    const answer = await api.call('GET', path, { headers: { accept: 'application/json' } });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect(JSON.stringify(answer.body)).not.toMatch(/4000056655665556|rc_/);
    expect(reached).toEqual([]);
  });

  it('is refused by a page where a browser asks, in its language', async () => {
    const headers = { accept: 'text/html,*/*', 'accept-language': 'de' };
    const answer = await api.call('GET', `/oauth/authorize?state=${card}`, { headers });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.text).toMatch(/<html lang="de">[^]*Kartennummer/);
  });

  const send = (path: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
    fetch(api.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      ...{ body, duplex: 'half' },
    });
  const streamed = (text: string) => new Blob([text]).stream();

  it.each(['/oauth/authorize', '/oauth/request', '/oauth/token', '/oauth/revoke', '/oauth/introspect'])(
    'goes no further in a form: %s',
    async (path) => {
      for (const body of [`a=b&state=${card}`, streamed(`state=${card}`)])
        expect((await send(path, body)).status).toBe(400);
      const type = { 'content-type': 'application/x-www-form-urlencoded; charset=iso-2022-jp' };
      expect((await send(path, `state=4000\u001b(B056655665556`, type)).status).toBe(415);
      expect((await send(path, streamed(`state=${'x'.repeat(70_000)}`))).status).toBe(413);
      expect(reached).toEqual([]);
    },
  );

  it('hinders nobody: forms arrive whole, and random values are never taken for such a number', async () => {
    const form = 'grant_type=client_credentials&scope=plans%3Aread+customers%3Aread&name=%C3%A4';
    for (const body of [form, streamed(form)]) expect((await send('/oauth/token', body)).status).toBe(200);
    expect(bodies).toEqual([form, form]);
    const drawn = Array.from({ length: 20_000 }, () => [
      ...[16, 32, 64].map((bytes) => randomBytes(bytes).toString('base64url')),
      ...[16, 32].map((bytes) => randomBytes(bytes).toString('hex')),
      randomUUID(),
    ]).flat();
    const refused = drawn.filter((state) => {
      try {
        refuseForbiddenParameters(`state=${state}`);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual([]);
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
