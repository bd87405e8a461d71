import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { createAuditChain } from '../../pipelines/audit/audit-chain.ts';
import { sealTenant } from '../../pipelines/audit/seal-audit.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';

let api: ApiHarness;
let tenant: TestTenant;
let other: TestTenant;
const instants = [1, 2, 3, 4, 5].map((day) => `2026-01-0${day}T00:00:00.000Z`);

beforeAll(async () => {
  api = await startApiHarness();
  [tenant, other] = [await api.makeTenant(), await api.makeTenant()];
  for (const { tenantId } of [tenant, other]) {
    for (const [index, at] of instants.entries()) {
      const [actor, action] = index % 2 === 0 ? ['key_a', 'plan.changed'] : ['usr_b', 'customer.changed'];
      // Ids against the order of the instants.
      const row = {
        tenantId,
        id: `${newId('event').slice(0, -1)}${9 - index}`,
        at,
        actor,
        action,
        resourceId: `res_${index}`,
      };
      await api.owner`insert into audit_log ${api.owner({ ...row, details: { index } } as never)}`;
    }
  }
});
afterAll(() => api.stop());

const get = (query: string, key = tenant.apiKey) => api.call('GET', `/v1/audit${query}`, { key });
const until = '&to=2026-02-01T00:00:00Z';
const resources = (answer: { body: { data: { resource_id: string }[] } }) =>
  answer.body.data.map((row) => row.resource_id);

describe('the list of the audit', () => {
  it('is the tenant’s own, newest first, a page at a time', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const answer = await get(`?limit=2${until}${cursor}`);
      expect(answer.status).toBe(200);
      seen.push(...resources(answer));
      cursor = answer.body.next_cursor === null ? '' : `&cursor=${answer.body.next_cursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(['res_4', 'res_3', 'res_2', 'res_1', 'res_0']);
  });

  it.each([
    ['actor=usr_b', ['res_3', 'res_1']],
    ['action=plan.', ['res_4', 'res_2', 'res_0']],
    ['action=plan.changed', ['res_4', 'res_2', 'res_0']],
    ['action=lan', []],
    ['action=%25', []],
    ['resource_id=res_2', ['res_2']],
    ['from=2026-01-03T00:00:00Z', ['res_4', 'res_3', 'res_2']],
    ['actor=key_a&from=2026-01-02T00:00:00Z', ['res_4', 'res_2']],
  ])('is narrowed by %s', async (query, wanted) => {
    expect(resources(await get(`?${query}${until}`))).toEqual(wanted);
  });

  it('is exclusive at its end', async () => {
    expect(resources(await get('?from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z'))).toEqual(['res_1']);
  });

  it.each(['cursor=evt_nonsense', 'from=yesterday', 'limit=0', 'colour=red'])('refuses %s', async (query) => {
    expect((await get(`?${query}`)).body).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('goes on from nowhere after the row of another tenant', async () => {
    const { next_cursor: foreign } = (await get('?limit=2', other.apiKey)).body;
    expect((await get(`?cursor=${foreign}`)).body).toMatchObject({ data: [], has_more: false });
  });

  it.each(['integrator', 'viewer', 'support', 'customer'] as const)('is refused to a %s', async (role) => {
    const key = await api.makeKey(tenant.tenantId, role);
    expect((await get('', key)).status).toBe(403);
    expect((await get('/export', key)).status).toBe(403);
  });
});

describe('the export', () => {
  it('holds every row once, oldest first, with its place in the chain, and says when it is whole', async () => {
    const system = openDatabase(stackEnv().systemDatabaseUrl, { max: 1, name: 'test-system' });
    const logger = createLogger('test', { level: 'silent' });
    const chain = createAuditChain([{ name: 'k1', secret: 'the secret of a test’s chain' }]);
    const big = await api.makeTenant();
    await api.owner`insert into audit_log (tenant_id, id, at, actor, action, resource_id)
      select ${big.tenantId}, 'evt_' || n, timestamptz '2026-01-01' + n * interval '1 second', 'a', 'b.c', 'r'
      from generate_series(1, 1200) n`;
    while ((await sealTenant({ system, chain, logger }, big.tenantId)) !== 0);
    await system.end();
    const answer = await api.call('GET', `/v1/audit/export?action=b.${until}`, { key: big.apiKey });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.pop()).toEqual({ exported: 1_200 });
    expect(lines.map((line) => line.audit_id)).toEqual(Array.from({ length: 1_200 }, (_, index) => `evt_${index + 1}`));
    expect(lines[0]).toMatchObject({
      tenant_id: big.tenantId,
      position: 1,
      hash: expect.stringMatching(/^v2\.k1:[0-9a-f]{64}$/),
    });
  });

  it('of nothing says so', async () => {
    expect((await get('/export?actor=nobody')).text.trim()).toBe('{"exported":0}');
  });
});

describe('a denial', () => {
  const denialsOf = (tenantId: string) => api.owner<
    { actor: string; resourceId: string; details: { count: number; reason?: string } }[]
  >`
    select actor, resource_id, request_id, details from audit_log
    where tenant_id = ${tenantId} and action = 'access.denied' order by at`;
  const within = { timeout: 10_000, interval: 20 };

  it('is audited with route, permission and request, and its repetitions are counted', async () => {
    const { tenantId } = await api.makeTenant();
    const key = await api.makeKey(tenantId, 'viewer');
    const headers = { 'x-request-id': 'req-1' };
    const deny = () => api.call('POST', '/v1/plans', { key, body: {}, headers });
    expect((await deny()).status).toBe(403);
    await vi.waitFor(async () => expect(await denialsOf(tenantId)).toHaveLength(1), within);
    await Promise.all([deny(), deny(), deny(), api.call('GET', '/v1/audit', { key })]);
    await vi.waitFor(async () => expect(await denialsOf(tenantId)).toHaveLength(2), within);
    const rows = await denialsOf(tenantId);
    const route = { actor: expect.stringMatching(/^key_/), requestId: 'req-1' };
    expect(rows[0]).toMatchObject({
      ...route,
      resourceId: 'POST /plans',
      details: { permission: 'plans:write', code: 'forbidden', count: 1 },
    });
    // The repetitions are written as one row, a minute later or at the end.
    expect(rows[1]).toMatchObject({ resourceId: 'GET /audit', details: { permission: 'audit:read', count: 1 } });
  });

  it('of a key that opens nothing tells its tenant why, and of a key nobody has nobody', async () => {
    const { tenantId } = await api.makeTenant();
    const [revoked, expired, wrong] = [
      await api.makeKey(tenantId, 'admin'),
      await api.makeKey(tenantId, 'admin'),
      await api.makeKey(tenantId, 'admin'),
    ];
    const idOf = (key: string) => `key_${key.split('_')[2]}`;
    await api.owner`update api_keys set revoked_at = now() where id = ${idOf(revoked)}`;
    await api.owner`update api_keys set expires_at = now() where id = ${idOf(expired)}`;
    await api.owner`update api_keys set secret_hash = 'x' where id = ${idOf(wrong)}`;
    for (const key of [revoked, expired, wrong]) expect((await api.call('GET', '/v1/plans', { key })).status).toBe(401);
    await vi.waitFor(async () => expect(await denialsOf(tenantId)).toHaveLength(3), within);
    const rows = await denialsOf(tenantId);
    expect(Object.fromEntries(rows.map(({ resourceId, details }) => [resourceId, details.reason]))).toEqual({
      [idOf(revoked)]: 'revoked',
      [idOf(expired)]: 'expired',
      [idOf(wrong)]: 'wrong_secret',
    });
    expect(rows.map(({ actor }) => actor)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(JSON.stringify(rows)).not.toContain(revoked.split('_')[3]);
  });
});
