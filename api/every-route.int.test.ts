import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { newId } from '../db/new-id.ts';
import { makeFurtherIds, storeWebhook, subscribe } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { bodyBytesMax } from './gateway/read-body.ts';

type Ids = Record<string, string>;

const contracts = [...routeRegistry].filter(([, contract]) => contract.tag !== 'Webhooks');
const withIds = contracts.filter(([, contract]) => contract.path.includes('{'));
const withBody = contracts.filter(([, contract]) => contract.method !== 'get');
const withSchema = contracts.filter(([, contract]) => contract.body !== undefined);
const withQuery = contracts.filter(([, contract]) => contract.query !== undefined);
const ofAdministrators = contracts.filter(([, contract]) => contract.path.startsWith('/admin/'));

let api: ApiHarness;
let tenant: TestTenant;
let own: Ids;
let foreign: Ids;

async function makeIds(of: TestTenant): Promise<Ids> {
  const made = await subscribe(api, of);
  const [attempt] = await api.owner<
    { id: string }[]
  >`select id from payment_attempts where payment_id = ${made.paymentId}`;
  const taskId = newId('retryTask');
  await api.owner`insert into retry_tasks (tenant_id, id, payment_id, admin_id, attempt_number, status)
    values (${of.tenantId}, ${taskId}, ${made.paymentId}, 'nobody', 1, 'refused')`;
  const post = (path: string, body: object) => api.call('POST', `/v1${path}`, { key: of.apiKey, body });
  const refund = await post(`/payments/${made.paymentId}/refunds`, { amount: 1 });
  const request = await post(`/payments/${made.paymentId}/refund-requests`, { amount: 1, reason: 'test' });
  return {
    attempt_id: attempt?.id ?? '',
    task_id: taskId,
    refund_id: refund.body.refund_id,
    credit_note_id: refund.body.credit_note_id,
    refund_request_id: request.body.refund_request_id,
    customer_id: made.customerId,
    plan_id: made.planId,
    payment_method_id: made.paymentMethodId,
    subscription_id: made.subscriptionId,
    invoice_id: made.invoiceId,
    payment_id: made.paymentId,
    ...(await makeFurtherIds(api, of, made)),
    webhook_id: await storeWebhook(api, of.tenantId),
  };
}

beforeAll(async () => {
  api = await startApiHarness();
  const other = await api.makeTenant();
  tenant = await api.makeTenant();
  [own, foreign] = await Promise.all([makeIds(tenant), makeIds(other)]);
  // A provider's name is nobody's own: only unknown ones are not found.
  own['provider'] = 'stripe';
});
afterAll(() => api.stop());

function pathOf(contract: RouteContract, ids: Ids): string {
  return `/v1${contract.path.replace(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? name)}`;
}

function send(contract: RouteContract, ids: Ids, request: Parameters<ApiHarness['call']>[2] = {}) {
  return api.call(contract.method.toUpperCase(), pathOf(contract, ids), { key: tenant.apiKey, ...request });
}

const unknown: Ids = {
  attempt_id: newId('attempt'),
  task_id: newId('retryTask'),
  customer_id: newId('customer'),
  plan_id: newId('plan'),
  payment_method_id: newId('paymentMethod'),
  subscription_id: newId('subscription'),
  invoice_id: newId('invoice'),
  payment_id: newId('payment'),
  setup_id: newId('methodSetup'),
  webhook_endpoint_id: newId('webhookEndpoint'),
  dispute_id: newId('dispute'),
  webhook_id: newId('event'),
  refund_id: newId('refund'),
  refund_request_id: newId('refundRequest'),
  credit_note_id: newId('creditNote'),
  user_id: newId('user'),
  invitation_id: newId('invitation'),
};
const malformed: Ids = Object.fromEntries(Object.keys(unknown).map((name) => [name, 'no-id%00at%20all']));

describe('without a valid key', () => {
  it.each(contracts)('%s answers 401', async (_name, contract) => {
    const missing = await send(contract, own, { key: undefined });
    const wrong = await send(contract, own, { key: `${tenant.apiKey.slice(0, -8)}00000000` });
    expect([missing.status, wrong.status]).toEqual([401, 401]);
    expect(missing.body).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(missing.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(wrong.text).toBe(missing.text);
  });
});

describe('with an integrator’s key', () => {
  it.each(ofAdministrators)('%s answers 403, whatever the id', async (_name, contract) => {
    const key = await api.makeKey(tenant.tenantId, 'integrator');
    const answers = await Promise.all([send(contract, own, { key }), send(contract, unknown, { key })]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
    ]);
  });
});

describe('an id that is not the tenant’s', () => {
  it.each(withIds)('%s answers unknown, malformed and foreign ids with the same 404', async (_name, contract) => {
    const answers = await Promise.all([unknown, malformed, foreign].map((ids) => send(contract, ids)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body).toMatchObject({ code: 'not_found', status: 404 });
    expect(answers[0]?.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each(withIds.filter(([, { method }]) => method !== 'get'))(
    '%s looks the id up before the body, with a key or without',
    async (_name, contract) => {
      const keyed = { raw: '{"nonsense":', headers: { 'idempotency-key': crypto.randomUUID() } };
      const [plain, once, again] = [
        await send(contract, foreign, { raw: '{"nonsense":' }),
        await send(contract, unknown, keyed),
        await send(contract, unknown, keyed),
      ];
      expect([plain.status, once.status, again.status]).toEqual([404, 404, 404]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    },
  );
});

describe('bad input', () => {
  it.each(withBody)('%s refuses a body over the limit', async (_name, contract) => {
    const answer = await send(contract, own, { raw: JSON.stringify({ name: 'x'.repeat(bodyBytesMax) }) });
    expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
  });

  it.each(withSchema)('%s refuses malformed JSON, other types and unknown fields', async (_name, contract) => {
    const answers = await Promise.all([
      send(contract, own, { raw: '{"name": }' }),
      send(contract, own, { raw: Buffer.from([0x22, 0xff, 0x22]) }),
      send(contract, own, { body: ['a list'] }),
      send(contract, own, { body: 'a text' }),
      send(contract, own, { body: { no_such_field: 1 } }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [400, 'invalid_request']));
    const fields = answers.at(-1)?.body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toContain('no_such_field');
  });

  it.each(withSchema)('%s refuses a card number in any text, and replays the refusal', async (_name, contract) => {
    const body = { name: 'pay with 4242 4242 4242 4242', metadata: { '5555-5555-5555-4444': 'x' } };
    const request = { body, headers: { 'idempotency-key': crypto.randomUUID() } };
    const [first, second] = [await send(contract, own, request), await send(contract, own, request)];
    expect([first.status, first.body.code]).toEqual([400, 'card_number_refused']);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe(contract.carriesSecrets ? null : 'true');
    expect(first.text).not.toMatch(/4242|5555/);
  });

  it.each(withQuery)('%s refuses unknown, repeated and unreadable parameters', async (_name, contract) => {
    const path = pathOf(contract, own);
    const parameter = Object.keys((contract.query as unknown as { shape: object }).shape).at(-1) ?? '';
    const queries = ['no_such_parameter=1', `${parameter}=1&${parameter}=2`, `limit=0`, `limit=101`, `limit=ten`];
    for (const query of queries) {
      const answer = await api.call('GET', `${path}?${query}`, { key: tenant.apiKey });
      expect([query, answer.status, answer.body.code]).toEqual([query, 400, 'invalid_request']);
    }
  });
});

describe('the idempotency key', () => {
  it.each(withSchema)(
    '%s wants header and body to agree, and 1 to 255 printable characters',
    async (_name, contract) => {
      const keys = [
        { body: { idempotency_key: 'a' }, headers: { 'idempotency-key': 'b' } },
        { body: { idempotency_key: 'x'.repeat(256) } },
        { body: { idempotency_key: '' } },
        { body: { idempotency_key: 'line\nbreak' } },
        { body: {}, headers: { 'idempotency-key': '4242424242424242' } },
      ];
      const answers = await Promise.all(keys.map((request) => send(contract, own, request)));
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    },
  );
});

it('keeps no trace of a refused card number', async () => {
  const body = { email: 'a@example.com', metadata: { note: '4000056655665556' } };
  await api.call('POST', '/v1/customers', { key: tenant.apiKey, body, headers: { 'idempotency-key': 'card' } });
  const tables = await api.owner<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  for (const { name } of tables) {
    const rows = await api.owner`select 1 from ${api.owner(name)} t where t::text like '%4000056655665556%'`;
    expect([name, rows.length]).toEqual([name, 0]);
  }
  expect(api.logged.join('')).not.toContain('4000056655665556');
});
