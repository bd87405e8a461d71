import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chargeRequest, newPayer } from '../../contract/subject.ts';
import { createSandboxProvider, type SandboxProvider } from '../sandbox-provider.ts';
import { type SandboxServer, startSandboxServer } from './start-server.ts';

let folder: string;
let server: SandboxServer;
let provider: SandboxProvider;
const failures: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-server-'));
  const onError = (error: unknown) => void failures.push(error);
  server = await startSandboxServer({ host: '127.0.0.1', port: 0, folder, webhook: null, onError });
  provider = createSandboxProvider({ baseUrl: server.url });
});

afterAll(async () => {
  provider.close();
  await server.close();
  await rm(folder, { recursive: true });
});

async function post(path: string, body: object | string, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(new URL(path, server.url), { method: 'POST', body: text, headers });
}

async function openAction() {
  const payer = await newPayer({ provider }, 'tok_requires_action');
  const outcome = await provider.charge(chargeRequest(payer));
  if (outcome.kind !== 'requires_action') throw new Error(`expected requires_action, got ${outcome.kind}`);
  return outcome.url;
}

describe('sandbox provider over the wire', () => {
  it('answers health, readiness and metrics', async () => {
    for (const path of ['/health/live', '/health/ready']) expect((await fetch(server.url + path)).status).toBe(200);
    await newPayer({ provider });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('sandbox_provider_requests_total{route="POST /v1/methods",result="201"');
  });

  const charge = { account: 'a', reference: 'r', method_id: 'm', amount: 1, currency: 'USD', description: '' };
  const refused: [string, string, object | string, number][] = [
    ['malformed JSON', '/v1/charges', '{nope', 400],
    ['a missing field', '/v1/charges', { account: 'a' }, 400],
    ['an amount that is no integer', '/v1/charges', { ...charge, amount: 1.5 }, 400],
    ['an amount of nothing', '/v1/charges', { ...charge, amount: 0 }, 400],
    ['a currency in small letters', '/v1/charges', { ...charge, currency: 'usd' }, 400],
    ['an unknown method', '/v1/charges', charge, 404],
    ['an unknown field', '/v1/methods', { account: 'a', token: 'tok_ok', x: 1 }, 400],
    ['an unknown behaviour', '/control/script', { next: [{ behave: 'explode' }] }, 400],
    ['an unknown action', '/actions/sch_none', { result: 'succeeded' }, 404],
    ['an unknown path', '/v1/nothing', {}, 404],
    ['a body over 64 KiB', '/v1/charges', { ...charge, description: 'x'.repeat(70_000) }, 413],
  ];
  it.each(refused)('refuses %s', async (_name, path, body, status) => {
    expect((await post(path, body, { 'idempotency-key': 'key-1' })).status).toBe(status);
  });

  it('refuses a charge without a key', async () => {
    expect(await (await post('/v1/charges', charge)).json()).toMatchObject({
      error: { code: 'idempotency_key_required' },
    });
  });

  it('shows the customer a page with the two answers', async () => {
    const page = await (await fetch(await openAction())).text();
    expect(page).toContain('action="?result=succeeded"');
    expect(page).toContain('action="?result=failed"');
  });

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const ways: [string, string, object | string, Record<string, string>][] = [
    ['the query', '?result=succeeded', '', {}],
    ['a form', '', 'result=succeeded', form],
    ['JSON', '', { result: 'succeeded' }, { 'content-type': 'application/json' }],
    ['JSON that calls itself a form', '', { result: 'succeeded' }, form],
  ];
  it.each(ways)('takes the decision from %s', async (_name, query, body, headers) => {
    const response = await post(`${await openAction()}${query}`, body, headers);
    expect(await response.json()).toMatchObject({ status: 'succeeded' });
  });

  it('gives a method back to its own account only', async () => {
    const { tenantId, providerMethodId } = await newPayer({ provider });
    const get = (account: string) => fetch(`${server.url}/v1/methods/${providerMethodId}?account=${account}`);
    expect(await (await get(tenantId)).json()).toMatchObject({ id: providerMethodId, last4: '4242' });
    expect((await get('somebody-else')).status).toBe(404);
  });

  it('met no error of its own', () => {
    expect(failures).toEqual([]);
  });
});
