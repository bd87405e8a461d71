import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OrdersController } from '@paypal/paypal-server-sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProviderAccount } from '../account.ts';
import { failureOf } from '../contract/subject.ts';
import { ProviderError } from '../provider-error.ts';
import { askClassified, connectAccounts, type PaypalConnection } from './connect-account.ts';

interface Answer {
  status: number;
  body: object | string;
  headers?: Record<string, string>;
}

let server: Server;
let connection: PaypalConnection;
let account: ProviderAccount;
let seen: string[];
let tokenAnswer: (request: IncomingMessage) => Answer;
let orderAnswer: (request: IncomingMessage) => Answer;

const goodToken = (expiresIn = 32_400): Answer => ({
  status: 200,
  body: { access_token: `token-${seen.length}`, token_type: 'Bearer', expires_in: expiresIn },
});
const tokenCount = () => seen.filter((path) => path.includes('oauth2')).length;
const orderCount = () => seen.length - tokenCount();

beforeEach(async () => {
  seen = [];
  tokenAnswer = () => goodToken();
  orderAnswer = () => ({ status: 200, body: { id: 'ORDER', status: 'COMPLETED' } });
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    seen.push(request.url ?? '');
    request.resume();
    const isToken = request.url === '/v1/oauth2/token';
    const { status, body, headers } = isToken ? tokenAnswer(request) : orderAnswer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  account = {
    mode: 'test',
    credentials: { client_id: 'id', client_secret: 'secret' },
    settings: { base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  };
  connection = connectAccounts(async () => account);
});

afterEach(async () => {
  vi.useRealTimers();
  connection.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function readOrder(timeoutMs = 2_000) {
  const call = { tenantId: 'ten_1', deadlineAtMonotonicMs: performance.now() + timeoutMs };
  return askClassified(connection, call, (client) => new OrdersController(client).getOrder({ id: 'ORDER' }));
}

const refusal = (issue: string) => ({
  name: 'UNPROCESSABLE_ENTITY',
  message: 'no',
  details: [{ issue, description: 'why' }],
});

describe('what an answer of PayPal says about money', () => {
  const rows: [string, Answer, object][] = [
    ['a 2xx that cannot be read', { status: 201, body: '<html>' }, { kind: 'unknown', code: 'unreadable_answer' }],
    ['a 2xx of another shape', { status: 200, body: { id: 7 } }, { kind: 'unknown', code: 'unreadable_answer' }],
    ['an empty 2xx', { status: 200, body: '' }, { kind: 'unknown', code: 'unreadable_answer' }],
    [
      'a refusal',
      { status: 400, body: refusal('INVALID_CURRENCY_CODE') },
      { kind: 'rejected', code: 'invalid_currency_code', message: 'why' },
    ],
    [
      'a refusal without details',
      { status: 403, body: { name: 'NOT_AUTHORIZED' } },
      { kind: 'rejected', code: 'not_authorized' },
    ],
    ['a 4xx of some proxy', { status: 403, body: 'forbidden' }, { kind: 'unknown', code: 'http_403' }],
    [
      'a request id still running',
      { status: 409, body: refusal('PREVIOUS_REQUEST_IN_PROGRESS') },
      { kind: 'unknown', code: 'idempotency_key_in_progress' },
    ],
    [
      'a request id of another body',
      { status: 422, body: refusal('DUPLICATE_REQUEST_ID') },
      { kind: 'unknown', code: 'idempotency_key_mismatch' },
    ],
    [
      'an invoice id paid before',
      { status: 422, body: refusal('DUPLICATE_INVOICE_ID') },
      { kind: 'unknown', code: 'duplicate_reference' },
    ],
    [
      'too many requests',
      { status: 429, body: refusal('RATE_LIMIT_REACHED'), headers: { 'retry-after': '7' } },
      { kind: 'rate_limited', retryAfterMs: 7_000 },
    ],
    [
      'too many requests for nobody knows how long',
      { status: 429, body: '', headers: { 'retry-after': 'soon' } },
      { kind: 'rate_limited', retryAfterMs: undefined },
    ],
    ['a server error', { status: 500, body: { name: 'INTERNAL_SERVER_ERROR' } }, { kind: 'unknown' }],
    ['a 503, which guarantees nothing', { status: 503, body: { name: 'SERVICE_UNAVAILABLE' } }, { kind: 'unknown' }],
    ['a gateway time-out', { status: 504, body: 'gateway' }, { kind: 'unknown', code: 'http_504' }],
    ['a redirect', { status: 302, body: '', headers: { location: '/elsewhere' } }, { kind: 'unknown' }],
  ];
  it.each(rows)('%s, and the SDK sends it once', async (_name, answer, expected) => {
    orderAnswer = () => answer;
    expect(await failureOf(readOrder())).toMatchObject(expected);
    expect(orderCount()).toBe(1);
  });
});

describe('access tokens', () => {
  it('one is fetched for many calls at once and kept', async () => {
    await Promise.all(Array.from({ length: 10 }, () => readOrder()));
    await readOrder();
    expect([tokenCount(), orderCount()]).toEqual([1, 11]);
  });

  it('a kept one is given up two minutes before it expires', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T00:00:00Z') });
    tokenAnswer = () => goodToken(1_000);
    await readOrder();
    vi.setSystemTime(new Date('2026-03-01T00:14:39Z'));
    await readOrder();
    expect(tokenCount()).toBe(1);
    vi.setSystemTime(new Date('2026-03-01T00:14:41Z'));
    await readOrder();
    expect(tokenCount()).toBe(2);
  });

  it('a new one is used however little time it has left', async () => {
    tokenAnswer = () => goodToken(60);
    expect(await readOrder()).toMatchObject({ id: 'ORDER' });
    expect(await readOrder()).toMatchObject({ id: 'ORDER' });
    expect([tokenCount(), orderCount()]).toEqual([2, 2]);
  });

  it('one that PayPal refuses is fetched again once', async () => {
    let refusals = 1;
    orderAnswer = () => {
      refusals -= 1;
      if (refusals >= 0) return { status: 401, body: { error: 'invalid_token' } };
      return { status: 200, body: { id: 'ORDER' } };
    };
    expect(await readOrder()).toMatchObject({ id: 'ORDER' });
    expect([tokenCount(), orderCount()]).toEqual([2, 2]);
  });

  it('an account that every token is refused for is told as such', async () => {
    orderAnswer = () => ({ status: 401, body: { error: 'invalid_token' } });
    expect(await failureOf(readOrder())).toMatchObject({ kind: 'not_sent', code: 'credentials_refused' });
    expect([tokenCount(), orderCount()]).toEqual([2, 2]);
  });

  it.each([
    [401, { error: 'invalid_client' }, { kind: 'not_sent', code: 'credentials_refused' }],
    [500, 'oops', { kind: 'not_sent', code: 'token_unavailable' }],
    [200, '<html>', { kind: 'not_sent', code: 'token_unavailable' }],
    [429, {}, { kind: 'rate_limited' }],
  ])(
    'a token call that answers %i %j leaves nothing open, and is tried anew next time',
    async (status, body, expected) => {
      tokenAnswer = () => ({ status, body });
      expect(await failureOf(readOrder())).toMatchObject(expected);
      expect(orderCount()).toBe(0);
      tokenAnswer = () => goodToken();
      expect(await readOrder()).toMatchObject({ id: 'ORDER' });
    },
  );

  it('are kept apart by credentials: a new secret takes effect at once', async () => {
    await readOrder();
    account = { ...account, credentials: { client_id: 'id', client_secret: 'rotated' } };
    await readOrder();
    expect(tokenCount()).toBe(2);
  });
});

describe('the account', () => {
  it('that is not there is told as its finder tells it', async () => {
    const nobody = connectAccounts(async () => {
      throw new ProviderError('not_sent', 'not_configured');
    });
    const call = { tenantId: 'ten_1', deadlineAtMonotonicMs: performance.now() + 1_000 };
    const asked = askClassified(nobody, call, (client) => new OrdersController(client).getOrder({ id: 'ORDER' }));
    expect(await failureOf(asked)).toMatchObject({ kind: 'not_sent', code: 'not_configured' });
  });

  it('that cannot be read sends nothing', async () => {
    const broken = connectAccounts(async () => {
      throw new Error('the database is away');
    });
    const call = { tenantId: 'ten_1', deadlineAtMonotonicMs: performance.now() + 1_000 };
    const asked = askClassified(broken, call, (client) => new OrdersController(client).getOrder({ id: 'ORDER' }));
    expect(await failureOf(asked)).toMatchObject({ kind: 'not_sent', code: 'account_unavailable' });
  });

  it('is asked for nothing once the deadline has passed', async () => {
    expect(await failureOf(readOrder(-1))).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(seen).toEqual([]);
  });
});
