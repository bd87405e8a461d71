import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chargeRequest, failureOf, lookUpRequest } from '../contract/subject.ts';
import { signWebhook, verifyWebhook } from '../standard-webhooks.ts';
import { type CustomProvider, createCustomProvider } from './custom-provider.ts';

const secret = 'whsec_YSBzZWNyZXQgb2YgdGhlIHRlc3Q=';
const payer = { tenantId: 'ten_1', providerMethodId: 'pm_1' };
const charge = {
  ...{ id: 'ch_1', reference: 'attempt-1', amount: 1999, currency: 'USD', status: 'succeeded', decline_code: null },
  ...{ message: 'Paid.', refunded: 0, action_url: null, created_at: '2026-05-04T10:00:00Z' },
};
const refund = { id: 're_1', reference: 'refund-1', amount: 500, currency: 'USD', status: 'succeeded' };

interface Received {
  path: string;
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
}

const received: Received[] = [];
let answer: (response: ServerResponse) => void;
let provider: CustomProvider;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const headers = { ...request.headers } as Record<string, string | undefined>;
    received.push({ path: request.url ?? '', headers, rawBody: Buffer.concat(chunks) });
    answer(response);
  });
});

function answerWith(status: number, body: object | string, headers: Record<string, string> = {}): void {
  answer = (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/redcore/`;
  const settings = { base_url, key_window_hours: '24' };
  const credentials = { signing_secret: secret };
  provider = createCustomProvider({ accountOf: async () => ({ mode: 'test', credentials, settings }) });
});
afterAll(async () => {
  provider.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => void received.splice(0));

function refundOnce() {
  const more = { tenantId: 'ten_1', refundId: 'refund-1', idempotencyKey: 'key-1', providerChargeId: 'ch_1' };
  return provider.refund({
    ...more,
    amountMinor: 500,
    currency: 'USD',
    deadlineAtMonotonicMs: performance.now() + 1_000,
  });
}

describe('what a business is sent', () => {
  it('is signed over its bytes, names its call and its account, and repeats nothing by itself', async () => {
    answerWith(201, charge);
    const outcome = await provider.charge({ ...chargeRequest(payer, 'attempt-1'), subscriptionId: 'sub_1' });
    expect(outcome).toEqual({ kind: 'succeeded', providerChargeId: 'ch_1', message: 'Paid.' });
    expect(received).toHaveLength(1);
    const { path, headers, rawBody } = received[0] as Received;
    expect(path).toBe('/hooks/redcore/charges');
    expect(verifyWebhook({ headers, rawBody, secret, now: new Date() })).toMatch(/^msg_/);
    expect(JSON.parse(rawBody.toString())).toEqual({
      ...{ call: 'charge.create', account: 'ten_1', mode: 'test', idempotency_key: 'key-attempt-1' },
      ...{ reference: 'attempt-1', subscription_id: 'sub_1', method_id: 'pm_1', amount: 1999, currency: 'USD' },
      description: 'Renewal 4',
    });
  });
});

it('is signed as the documented example is', () => {
  const text = readFileSync(new URL('../../../docs/custom-provider.md', import.meta.url), 'utf8');
  const block = /^secret .*\n(?:.*\n)*?signature .*$/m.exec(text)?.[0] ?? '';
  const fields = block.split('\n').map((line) => /^(\w+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
  const example = Object.fromEntries(fields) as Record<string, string>;
  const { id = '', timestamp = '', body = '', signature } = example;
  const signed = { secret: example['secret'] ?? '', id, timestampSeconds: Number(timestamp), body: Buffer.from(body) };
  expect(signWebhook(signed)).toBe(signature);
  expect(JSON.parse(body)).toMatchObject({ call: 'charge.find' });
});

it('a live account whose name leads to this machine is not called', async () => {
  const { port } = server.address() as AddressInfo;
  const settings = { base_url: `https://localhost:${port}`, key_window_hours: '24' };
  const live = createCustomProvider({
    accountOf: async () => ({ mode: 'live', credentials: { signing_secret: secret }, settings }),
  });
  let connections = 0;
  const count = () => void (connections += 1);
  server.on('connection', count);
  const failure = await failureOf(live.charge(chargeRequest(payer, 'attempt-1')));
  server.off('connection', count);
  expect(failure).toMatchObject({ kind: 'not_sent', code: 'address_refused' });
  expect([received.length, connections]).toEqual([0, 0]);
  live.close();
});

describe('what its answer means for a charge', () => {
  const error = (code: string, more: object = {}) => ({ error: { code, message: 'why' }, ...more });
  const rows: [string, number, object | string, object][] = [
    ['nobody knows us', 401, error('bad_signature'), { kind: 'not_sent', code: 'credentials_refused' }],
    ['nobody knows us, in plain text', 401, 'who?', { kind: 'not_sent', code: 'credentials_refused' }],
    ['it refuses the request', 404, error('unknown_method'), { kind: 'rejected', code: 'unknown_method' }],
    ['another charge', 201, { ...charge, reference: 'attempt-2' }, { kind: 'unknown' }],
    ['another amount', 201, { ...charge, amount: 19_990 }, { kind: 'unknown', code: 'answer_about_something_else' }],
    ['another currency', 201, { ...charge, currency: 'EUR' }, { kind: 'unknown' }],
    ['a status nobody knows', 201, { ...charge, status: 'paid' }, { kind: 'unknown', code: 'unreadable_answer' }],
    ['a page', 200, '<html>', { kind: 'unknown', code: 'unreadable_answer' }],
    ['a page that is not found', 404, '<html>', { kind: 'unknown', code: 'http_404' }],
    ['a redirect, which nobody follows', 307, '', { kind: 'unknown', code: 'http_307' }],
    ['an error of its own', 500, error('oops'), { kind: 'unknown', code: 'oops' }],
    ['certainly nothing done', 503, error('busy', { processed: false }), { kind: 'not_sent', code: 'busy' }],
  ];
  it.each(rows)('%s', async (_name, status, body, expected) => {
    answerWith(status, body, status === 307 ? { location: '/elsewhere' } : {});
    expect(await failureOf(provider.charge(chargeRequest(payer, 'attempt-1')))).toMatchObject(expected);
    expect(received).toHaveLength(1);
  });

  it('a decline is classified by the business, else by its code', async () => {
    answerWith(201, { ...charge, status: 'declined', decline_code: 'X-42', decline_kind: 'hard' });
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toMatchObject({
      declineKind: 'hard',
      code: 'X-42',
    });
    answerWith(201, { ...charge, status: 'declined', decline_code: 'stolen_card' });
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toMatchObject({ declineKind: 'hard' });
    answerWith(201, { ...charge, status: 'declined', decline_code: 'X-43' });
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toMatchObject({ declineKind: 'soft' });
  });

  it('a look-up takes nothing for what it did not ask about', async () => {
    answerWith(200, { data: [{ ...charge, reference: 'attempt-2' }], next_cursor: null });
    const found = await provider.lookUp(lookUpRequest({ tenantId: 'ten_1', attemptId: 'attempt-1' }));
    expect(found).toEqual({ kind: 'not_found' });
  });
});

describe('what its answer means for a refund', () => {
  const told = { ...refund, failure_code: null, message: 'Done.' };

  it('that it is done, or not', async () => {
    answerWith(201, told);
    expect(await refundOnce()).toEqual({ kind: 'succeeded', providerRefundId: 're_1' });
    answerWith(201, { ...told, status: 'rejected', failure_code: 'too_old' });
    expect(await refundOnce()).toMatchObject({ kind: 'rejected', code: 'too_old' });
    answerWith(201, { ...told, status: 'failed', failure_code: 'account_closed' });
    expect(await refundOnce()).toMatchObject({ kind: 'failed', providerRefundId: 're_1', code: 'account_closed' });
  });

  it('nothing, where it is about another amount or another refund', async () => {
    answerWith(201, { ...told, amount: 5 });
    expect(await failureOf(refundOnce())).toMatchObject({ kind: 'unknown', code: 'answer_about_something_else' });
    answerWith(200, { data: [{ ...told, reference: 'refund-2' }] });
    const lookUp = { tenantId: 'ten_1', refundId: 'refund-1', providerChargeId: 'ch_1', providerRefundId: null };
    expect(await provider.lookUpRefund({ ...lookUp, timeoutMs: 1_000 })).toEqual({ kind: 'not_found' });
  });
});
