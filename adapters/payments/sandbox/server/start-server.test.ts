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
    [
      'a behaviour of another operation',
      '/control/script',
      { operation: 'refund', next: [{ behave: 'decline:x' }] },
      400,
    ],
    ['odds over 1', '/control/odds', { seed: 1, probabilities: { error_before: 0.6, error_after: 0.5 } }, 400],
    ['odds of an unknown behaviour', '/control/odds', { seed: 1, probabilities: { explode: 0.5 } }, 400],
    ['a dispute of an unknown charge', '/control/disputes', { charge_id: 'sch_none' }, 404],
    ['a decision of an unknown dispute', '/control/disputes/sdp_none', { result: 'won' }, 404],
    [
      'a set-up that leads nowhere',
      '/v1/setups',
      { account: 'a', reference: 'r', customer: 'c', return_url: 'x' },
      400,
    ],
    ['a choice for an unknown set-up', '/setups/sst_none', { token: 'tok_ok' }, 404],
    ['a custom call without a signature', '/custom/a/charges', charge, 401],
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

  it.each(['succeeded', 'failed'])(
    'leads a customer who answered with %s back where the platform wants',
    async (result) => {
      const returnUrl = 'https://shop.example/confirmed';
      const leading = createSandboxProvider({ baseUrl: server.url, returnUrl });
      const payer = await newPayer({ provider }, 'tok_requires_action');
      const outcome = await leading.charge(chargeRequest(payer));
      leading.close();
      if (outcome.kind !== 'requires_action') throw new Error(`expected requires_action, got ${outcome.kind}`);
      const answered = { method: 'POST', redirect: 'manual', headers: { accept: 'text/html' } } as const;
      const answer = await fetch(`${outcome.url}?result=${result}`, answered);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, returnUrl]);
    },
  );

  it('shows the customer a page with the test cards, then that it is done', async () => {
    const setupId = 'set_1';
    const request = { tenantId: 'ten_page', setupId, customerId: 'cus_1', returnUrl: 'https://shop.example/' };
    const { url } = await provider.beginSetup({ ...request, idempotencyKey: setupId });
    expect(await (await fetch(url)).text()).toContain('<button name="token" value="tok_stolen_card">');
    const chosen = await fetch(`${url}?token=tok_ok`, { method: 'POST', redirect: 'manual' });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, 'https://shop.example/?setup_id=set_1']);
    expect(await (await fetch(url)).text()).toContain('This setup is completed.');
    expect((await fetch(`${url}x?token=tok_ok`, { method: 'POST' })).status).toBe(404);
  });

  it('closes a set-up that nobody completed for a day', async () => {
    const request = { tenantId: 'ten_late', setupId: 'set_2', customerId: 'cus_1', returnUrl: 'https://shop.example/' };
    const { url, providerSetupId } = await provider.beginSetup({ ...request, idempotencyKey: 'set_2' });
    await post('/control/clock', { offset_ms: 86_460_000 });
    try {
      const read = { ...request, providerSetupId, idempotencyKey: 'read' };
      expect(await provider.readSetup(read)).toMatchObject({ kind: 'failed', code: 'expired' });
      expect((await fetch(`${url}?token=tok_ok`, { method: 'POST', redirect: 'manual' })).status).toBe(409);
    } finally {
      await post('/control/clock', { offset_ms: 0 });
    }
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
