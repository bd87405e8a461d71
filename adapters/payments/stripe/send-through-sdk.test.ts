import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { chargeRequest, failureOf, lookUpRequest } from '../contract/subject.ts';
import { createStripeProvider, type StripeProvider } from './stripe-provider.ts';

let server: Server | undefined;
let provider: StripeProvider | undefined;

afterEach(async () => {
  provider?.close();
  server?.closeAllConnections();
  if (server?.listening) await new Promise((resolve) => server?.close(resolve));
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** The adapter against a server that answers everything the same way and remembers what it was asked. */
async function against(answer: Answer, scheme = 'http') {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    requests.push(request);
    request.resume().once('end', () => answer(response, request));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = createStripeProvider({
    accountOf: async () => ({
      mode: 'test',
      credentials: { secret_key: 'sk_test_1' },
      settings: { base_url: baseUrl },
    }),
  });
  return { provider, requests, baseUrl };
}

const payer = { tenantId: 'ten_1', providerMethodId: 'cus_1/pm_1' };
const json = (status: number, body: object | string, headers: Record<string, string> = {}): Answer => {
  return (response) => response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
};
const error = (status: number, type: string, more: object = {}): Answer =>
  json(status, { error: { type, message: 'no', ...more } });

describe('what a failed call means', () => {
  const table: [string, Answer, object][] = [
    ['401', error(401, 'invalid_request_error'), { kind: 'not_sent', code: 'credentials_refused' }],
    ['403', error(403, 'invalid_request_error'), { kind: 'not_sent', code: 'credentials_refused' }],
    [
      '429 with a delay',
      json(429, { error: { type: 'invalid_request_error', code: 'rate_limit' } }, { 'retry-after': '7' }),
      { kind: 'rate_limited', retryAfterMs: 7000 },
    ],
    ['429 for a lock', error(429, 'invalid_request_error', { code: 'lock_timeout' }), { kind: 'rate_limited' }],
    [
      '409, the key in use',
      error(409, 'idempotency_error', { code: 'idempotency_key_in_use' }),
      { kind: 'unknown', code: 'idempotency_key_in_progress' },
    ],
    [
      '400, the key used otherwise',
      error(400, 'idempotency_error'),
      { kind: 'unknown', code: 'idempotency_key_mismatch' },
    ],
    [
      '400, a parameter',
      error(400, 'invalid_request_error', { code: 'parameter_invalid_integer', param: 'amount' }),
      { kind: 'rejected', code: 'parameter_invalid_integer' },
    ],
    [
      '404, the method',
      error(404, 'invalid_request_error', { code: 'resource_missing', param: 'payment_method' }),
      { kind: 'rejected', code: 'unknown_method' },
    ],
    ['500', error(500, 'api_error'), { kind: 'unknown', code: 'http_500' }],
    ['503', error(503, 'api_error'), { kind: 'unknown', code: 'http_503' }],
    ["a proxy's 502", json(502, '<html>'), { kind: 'unknown', code: 'http_502' }],
    ["a proxy's 400", json(400, '<html>'), { kind: 'unknown' }],
    ['200 without JSON', json(200, '<html>'), { kind: 'unknown' }],
    ['a reset', (response) => response.socket?.resetAndDestroy(), { kind: 'unknown', code: 'connection_lost' }],
    [
      'an answer cut short',
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.socket?.resetAndDestroy());
      },
      { kind: 'unknown', code: 'connection_lost' },
    ],
    ['silence', () => undefined, { kind: 'unknown', code: 'timeout' }],
  ];
  it.each(table)('%s', async (_name, answer, expected) => {
    const { provider: stripe, requests } = await against(answer);
    expect(await failureOf(stripe.charge(chargeRequest(payer, 'att-1', 300)))).toMatchObject(expected);
    expect(requests, 'the SDK sends nothing again by itself').toHaveLength(1);
  });

  it('a refused connection, or a TLS handshake that fails, is certainly not sent', async () => {
    const { provider: plain, requests } = await against(json(200, {}), 'https');
    expect(await failureOf(plain.charge(chargeRequest(payer)))).toMatchObject({
      kind: 'not_sent',
      code: 'unreachable',
    });
    expect(requests).toEqual([]);
    await new Promise((resolve) => server?.close(resolve));
    expect(await failureOf(plain.charge(chargeRequest(payer)))).toMatchObject({
      kind: 'not_sent',
      code: 'unreachable',
    });
  });

  it('a deadline that passed while the account was opened sends nothing', async () => {
    const { provider: stripe, requests } = await against(json(200, {}));
    expect(await failureOf(stripe.charge(chargeRequest(payer, 'att-1', 0)))).toMatchObject({
      kind: 'not_sent',
      code: 'deadline_passed',
    });
    expect(requests).toEqual([]);
  });

  it('a decline without an intent is a decline', async () => {
    const { provider: stripe } = await against(error(402, 'card_error', { decline_code: 'stolen_card' }));
    expect(await stripe.charge(chargeRequest(payer))).toMatchObject({
      ...{ kind: 'declined', declineKind: 'hard', code: 'stolen_card', providerChargeId: null },
    });
  });

  it('a bank that wants the customer is a decline where there is no page to come back to', async () => {
    const last_payment_error = { code: 'authentication_required', decline_code: 'authentication_required' };
    const intent = { id: 'pi_1', status: 'requires_payment_method', last_payment_error };
    const { provider: stripe, requests } = await against(
      error(402, 'card_error', { code: 'authentication_required', payment_intent: intent }),
    );
    expect(await stripe.charge(chargeRequest(payer))).toMatchObject({
      ...{ kind: 'declined', declineKind: 'authentication_required', providerChargeId: 'pi_1' },
    });
    expect(requests).toHaveLength(1);
  });
});

describe('what is sent', () => {
  it('carries our key and the pinned version, and asks a look-up by our ids', async () => {
    const empty = json(200, { object: 'list', data: [], has_more: false });
    const { provider: stripe, requests } = await against(empty);
    const failure = await failureOf(stripe.charge(chargeRequest(payer, 'att-1')));
    expect(failure, 'an answer that is no intent').toMatchObject({ kind: 'unknown', code: 'unreadable_answer' });
    expect(requests[0]?.headers).toMatchObject({
      'idempotency-key': 'key-att-1',
      'stripe-version': expect.stringMatching(/^\d{4}-\d{2}-\d{2}/),
      authorization: 'Bearer sk_test_1',
    });
    expect(await stripe.lookUp(lookUpRequest({ tenantId: "ten'1", attemptId: 'att-1' }))).toEqual({
      kind: 'not_found',
    });
    const search = new URL(requests[1]?.url ?? '', 'http://stripe');
    expect(search.searchParams.get('query')).toBe("metadata['attempt_id']:'att-1' AND metadata['tenant_id']:'ten\\'1'");
  });

  it('a live account is never led to an address of its own', async () => {
    const { requests, baseUrl } = await against(json(200, {}));
    provider?.close();
    const settings = { base_url: baseUrl };
    // The platform's own address refuses connections, the tenant's would answer.
    provider = createStripeProvider({
      accountOf: async () => ({ mode: 'live', credentials: { secret_key: 'sk_live_1' }, settings }),
      baseUrl: 'http://127.0.0.1:1',
    });
    expect(await failureOf(provider.charge(chargeRequest(payer)))).toMatchObject({ kind: 'not_sent' });
    expect(requests).toEqual([]);
  });

  it('an account without a key is not configured', async () => {
    provider = createStripeProvider({ accountOf: async () => ({ mode: 'test', credentials: {}, settings: {} }) });
    expect(await failureOf(provider.charge(chargeRequest(payer)))).toMatchObject({
      kind: 'not_sent',
      code: 'not_configured',
    });
  });
});
