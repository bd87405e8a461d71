import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { newId } from '../db/new-id.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { operatorKey } from '../tests/support/operator.ts';
import { makeRouteIds, malformedIds, pathOf, type RouteIds, unknownIds } from '../tests/support/route-ids.ts';
import { bodyBytesMax } from './gateway/read-body.ts';

const contracts = [...routeRegistry].filter(([, contract]) => contract.tag !== 'Webhooks');
const withIds = contracts.filter(([, contract]) => contract.path.includes('{'));
const withBody = contracts.filter(([, contract]) => contract.method !== 'get');
const withSchema = contracts.filter(([, contract]) => contract.body !== undefined);
const withQuery = contracts.filter(([, contract]) => contract.query !== undefined);

let api: ApiHarness;
let tenant: TestTenant;
let ownerKey: string;
let own: RouteIds;
let foreign: RouteIds;

beforeAll(async () => {
  api = await startApiHarness();
  const other = await api.makeTenant();
  tenant = await api.makeTenant();
  [own, foreign] = await Promise.all([makeRouteIds(api, tenant), makeRouteIds(api, other)]);
  ownerKey = await api.makeKey(tenant.tenantId, 'owner');
  // A provider's name is nobody's own: only unknown ones are not found.
  own['provider'] = 'stripe';
  // No tenant is foreign to an operator: only unknown ones are not found.
  foreign['tenant_id'] = newId('tenant');
});
afterAll(() => api.stop());

function send(contract: RouteContract, ids: RouteIds, request: Parameters<ApiHarness['call']>[2] = {}) {
  return api.call(contract.method.toUpperCase(), pathOf(contract, ids), { key: keyFor(contract), ...request });
}

/** Of the tenant's owner, or of an operator for what no tenant may. */
function keyFor(contract: RouteContract): string {
  return contract.permission === 'tenants:manage' ? operatorKey : ownerKey;
}

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

describe('an id that is not the tenant’s', () => {
  it.each(withIds)('%s answers unknown, malformed and foreign ids with the same 404', async (_name, contract) => {
    const answers = await Promise.all([unknownIds, malformedIds, foreign].map((ids) => send(contract, ids)));
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
        await send(contract, unknownIds, keyed),
        await send(contract, unknownIds, keyed),
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
      const answer = await api.call('GET', `${path}?${query}`, { key: keyFor(contract) });
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
