import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chargeRequest, lookUpRequest, newPayer } from '../../contract/subject.ts';
import { receiveWebhooks, type WebhookReceiver } from '../receive-webhooks.ts';
import { createSandboxProvider, type SandboxProvider } from '../sandbox-provider.ts';
import { type ProviderProcess, spawnProviderProcess } from '../spawn-provider-process.ts';

const webhookSecret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';

let folder: string;
let receiver: WebhookReceiver;
let sandbox: ProviderProcess;
let provider: SandboxProvider;

async function start(): Promise<void> {
  sandbox = await spawnProviderProcess({ folder, webhookUrl: receiver.url, webhookSecret });
  provider = createSandboxProvider({ baseUrl: sandbox.url });
}

async function killAndRestart(): Promise<void> {
  provider.close();
  await sandbox.stop('SIGKILL');
  await start();
}

async function post(path: string, body: object | string, headers: Record<string, string> = {}): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(new URL(path, sandbox.url), { method: 'POST', body: text, headers });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-provider-'));
  receiver = await receiveWebhooks();
  await start();
});

afterEach(async () => {
  provider.close();
  await sandbox.stop();
  await receiver.close();
  await rm(folder, { recursive: true });
});

describe('a killed sandbox provider', () => {
  it('keeps charges, methods, keys, scripts and its clock', async () => {
    const payer = await newPayer({ provider });
    const first = await provider.charge(chargeRequest(payer, 'attempt-1'));
    await post('/control/script', { account: payer.tenantId, next: [{ behave: 'decline:stolen_card' }] });
    await killAndRestart();
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
    expect(await provider.charge(chargeRequest(payer, 'attempt-2'))).toMatchObject({
      kind: 'declined',
      code: 'stolen_card',
    });
    await killAndRestart();
    expect(await provider.charge(chargeRequest(payer, 'attempt-3'))).toMatchObject({ kind: 'succeeded' });
    await post('/control/clock', { offset_ms: provider.capabilities.idempotencyWindowMs + 60_000 });
    await killAndRestart();
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).not.toEqual(first);
    const { charges } = await provider.listCharges({ tenantId: payer.tenantId, limit: 100 });
    expect(charges.map(({ attemptId }) => attemptId)).toEqual(['attempt-1', 'attempt-2', 'attempt-3', 'attempt-1']);
  });

  it('loses no charge it answered, however hard it is hit', async () => {
    const payer = await newPayer({ provider });
    const answered: string[] = [];
    const calls = Array.from({ length: 200 }, async (_value, index) => {
      const outcome = await provider.charge(chargeRequest(payer, `attempt-${index}`));
      answered.push(`${outcome.kind} attempt-${index}`);
      if (answered.length === 60) process.kill(sandbox.pid, 'SIGKILL');
    });
    await Promise.allSettled(calls);
    await killAndRestart();
    const found = new Set<string>();
    for (let cursor: string | undefined = '0'; cursor !== undefined; ) {
      const page: Awaited<ReturnType<SandboxProvider['listCharges']>> = await provider.listCharges({
        tenantId: payer.tenantId,
        cursor,
        limit: 100,
      });
      for (const { attemptId } of page.charges) found.add(`succeeded ${attemptId}`);
      cursor = page.nextCursor ?? undefined;
    }
    expect(answered.length).toBeGreaterThanOrEqual(60);
    expect(answered.filter((name) => !found.has(name))).toEqual([]);
  });

  it('still settles what was pending and delivers the event', async () => {
    const payer = await newPayer({ provider });
    await post('/control/script', { account: payer.tenantId, next: [{ behave: 'pending:300' }] });
    const attemptId = randomUUID();
    expect(await provider.charge(chargeRequest(payer, attemptId))).toMatchObject({ kind: 'pending' });
    await killAndRestart();
    await vi.waitFor(() => receiver.find(attemptId), { timeout: 10_000 });
    expect(await provider.lookUp(lookUpRequest({ ...payer, attemptId }))).toMatchObject({
      outcome: { kind: 'succeeded' },
    });
  });
});

describe('a sandbox provider killed in the middle of what it was told to do', () => {
  it('still finishes a pending refund, tells of it, and lists what it told', async () => {
    const { tenantId, providerMethodId } = await newPayer({ provider });
    const paid = await provider.charge(chargeRequest({ tenantId, providerMethodId }, 'attempt-1'));
    if (paid.kind !== 'succeeded') throw new Error(`expected a success, got ${paid.kind}`);
    await post('/control/script', { operation: 'refund', account: tenantId, next: [{ behave: 'pending:300' }] });
    const { providerChargeId } = paid;
    const refundId = randomUUID();
    const request = { tenantId, refundId, idempotencyKey: refundId, providerChargeId, amountMinor: 700 };
    const outcome = await provider.refund({
      ...{ ...request, currency: 'USD', deadlineAtMonotonicMs: performance.now() + 3_000 },
    });
    expect(outcome).toMatchObject({ kind: 'pending' });
    await killAndRestart();
    await vi.waitFor(() => receiver.find(refundId), { timeout: 10_000 });
    const lookUp = { tenantId, refundId, providerChargeId, providerRefundId: null, timeoutMs: 3_000 };
    expect(await provider.lookUpRefund(lookUp)).toMatchObject({ outcome: { kind: 'succeeded' } });
    const { events } = await provider.listEvents({ tenantId, since: new Date(0), limit: 10 });
    expect(events.map(({ event }) => event.fact)).toMatchObject([{ kind: 'refund_updated', refundId }]);
  });

  it('goes on with the draws of its odds where it stopped', async () => {
    const probabilities = { 'decline:generic_decline': 0.5 };
    const draws = async (payer: Awaited<ReturnType<typeof newPayer>>, count: number) => {
      const kinds: string[] = [];
      for (let index = 0; index < count; index += 1) kinds.push((await provider.charge(chargeRequest(payer))).kind);
      return kinds;
    };
    const [whole, halves] = [await newPayer({ provider }), await newPayer({ provider })];
    for (const { tenantId } of [whole, halves]) {
      await post('/control/odds', { account: tenantId, seed: 11, probabilities });
    }
    const uninterrupted = await draws(whole, 24);
    const before = await draws(halves, 12);
    await killAndRestart();
    expect([...before, ...(await draws(halves, 12))]).toEqual(uninterrupted);
    expect(new Set(uninterrupted).size).toBe(2);
  });
});

describe('webhook delivery', () => {
  it('repeats the same event until it is answered with 2xx, also after a kill, and then stops', async () => {
    receiver.failNext(2);
    const payer = await newPayer({ provider }, 'tok_requires_action');
    const outcome = await provider.charge(chargeRequest(payer, 'attempt-1'));
    if (outcome.kind !== 'requires_action') throw new Error(`expected requires_action, got ${outcome.kind}`);
    await post(new URL(outcome.url).pathname, 'result=succeeded', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThanOrEqual(1), { timeout: 10_000 });
    await killAndRestart();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3), { timeout: 10_000 });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    // The next event is delivered alone: the first one is off the list.
    const second = await provider.charge(chargeRequest(payer, 'attempt-2'));
    if (second.kind !== 'requires_action') throw new Error(`expected requires_action, got ${second.kind}`);
    await post(`${new URL(second.url).pathname}?result=failed`, '');
    await vi.waitFor(() => receiver.find('attempt-2'), { timeout: 10_000 });
    expect(receiver.received).toHaveLength(4);
  });
});
