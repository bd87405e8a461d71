import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Principal, platformScope } from '../../identity/principal.ts';
import { type ApiHarness, startApiHarness } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let speaker: Principal;
beforeAll(async () => {
  api = await startApiHarness({ authenticate: () => speaker });
});
afterAll(() => api.stop());

function speakAs(tenantId: TenantId, id = newId('user')): Principal {
  const permissions = rolePermissions.owner;
  speaker = { tenantId, kind: 'user', actor: id, role: 'owner', permissions, customerId: null };
  return speaker;
}

const call = (method: string, path = '', body?: object, headers = {}) =>
  api.call(method, `/v1/me/saved-views${path}`, { key: 'x', body, headers });
const late = { page: 'subscriptions', name: 'Late', filters: { status: 'past_due', test_clock: 'false' } };

describe('a view of a list', () => {
  it('is kept for whoever made it, by name, and dropped', async () => {
    const { tenantId } = await api.makeTenant();
    speakAs(tenantId);
    const saved = await call('POST', '', late);
    expect(saved).toMatchObject({ status: 201, body: { ...late, saved_view_id: expect.stringMatching(/^view_/) } });
    await call('POST', '', { ...late, name: 'all', filters: {} });
    await call('POST', '', { ...late, page: 'payments' });
    const namesOf = async (query: string) =>
      (await call('GET', query)).body.data.map(({ name, page }: { name: string; page: string }) => [page, name]);
    expect(await namesOf('?page=subscriptions')).toEqual([
      ['subscriptions', 'all'],
      ['subscriptions', 'Late'],
    ]);
    expect(await namesOf('')).toHaveLength(3);
    const id = saved.body.saved_view_id;
    expect((await call('DELETE', `/${id}`)).body).toEqual(saved.body);
    expect((await call('DELETE', `/${id}`)).status).toBe(404);
    expect(await namesOf('?page=subscriptions')).toEqual([['subscriptions', 'all']]);
  });

  it('is nobody else’s: neither another person’s, nor in another business', async () => {
    const [{ tenantId }, elsewhere] = [await api.makeTenant(), await api.makeTenant()];
    const ada = speakAs(tenantId);
    const id = (await call('POST', '', late)).body.saved_view_id;
    for (const other of [speakAs(tenantId), speakAs(elsewhere.tenantId, ada.actor as never)]) {
      speaker = other;
      expect((await call('GET')).body.data).toEqual([]);
      expect((await call('DELETE', `/${id}`)).status).toBe(404);
      expect((await call('POST', '', late)).status).toBe(201);
    }
    speaker = ada;
    expect((await call('GET')).body.data).toHaveLength(1);
  });

  it('has a name of its own, and is made once under one key', async () => {
    const { tenantId } = await api.makeTenant();
    speakAs(tenantId);
    const key = { 'idempotency-key': crypto.randomUUID() };
    const [first, again] = [await call('POST', '', late, key), await call('POST', '', late, key)];
    expect([again.status, again.body]).toEqual([201, first.body]);
    const taken = await call('POST', '', late);
    expect([taken.status, taken.body.code, taken.body.field]).toEqual([409, 'already_exists', 'name']);
  });

  it('is one of a hundred at most', async () => {
    const { tenantId } = await api.makeTenant();
    const { actor } = speakAs(tenantId);
    await api.owner`insert into saved_views (tenant_id, id, owner, page, name, filters)
      select ${tenantId}, 'view_' || n, ${actor}, 'subscriptions', 'View ' || n, '{}' from generate_series(1, 100) n`;
    const answer = await call('POST', '', late);
    expect([answer.status, answer.body.code]).toEqual([409, 'quota_reached']);
  });

  it.each([
    ['of no page', { ...late, page: '../x' }, 'page'],
    ['without a name', { ...late, name: '' }, 'name'],
    ['of a filter that is no text', { ...late, filters: { status: 1 } }, 'filters.status'],
    [
      'of too many filters',
      { ...late, filters: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`f${n}`, 'x'])) },
      'filters',
    ],
  ])('is refused %s', async (_name, body, field) => {
    const { tenantId } = await api.makeTenant();
    speakAs(tenantId);
    const answer = await call('POST', '', body);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });

  it('goes with its owner’s place', async () => {
    const { tenantId } = await api.makeTenant();
    const id = newId('user');
    await api.owner`insert into memberships (tenant_id, id, email, role)
      values (${tenantId}, ${id}, ${`${id}@people.example`}, 'viewer')`;
    speakAs(tenantId, id);
    await call('POST', '', late);
    speakAs(tenantId);
    expect((await api.call('DELETE', `/v1/users/${id}`, { key: 'x', body: {} })).status).toBe(200);
    expect(await api.owner`select 1 from saved_views where tenant_id = ${tenantId}`).toHaveLength(0);
  });

  it('is made inside a business', async () => {
    speaker = { ...speakAs(platformScope), kind: 'operator' };
    const answers = [await call('GET'), await call('POST', '', late)];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
    ]);
  });
});
