import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { signUp } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness } from '../../tests/support/api-harness.ts';
import { operatorKey } from '../../tests/support/operator.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

const asOperator = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  api.call(method, `/v1${path}`, { key: operatorKey, headers, ...(body === undefined ? {} : { body }) });

async function makePair(body: object = {}) {
  const made = await asOperator('POST', '/tenants', { name: `Shop ${crypto.randomUUID()}`, ...body });
  expect(made.status, made.text).toBe(201);
  return made.body.data as { tenant_id: string; pair_id: string | null; mode: string; name: string }[];
}

const auditsOf = (tenantId: string, resourceId = tenantId) =>
  api.owner<{ action: string; actor: string; details: Record<string, unknown> }[]>`
    select action, actor, details from audit_log where tenant_id = ${tenantId} and resource_id = ${resourceId} order by at, id`;

describe('an operator', () => {
  it('opens a live and a sandbox tenant that name each other, once per idempotency key', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { name: 'Shop', limits: { plans: 3 } };
    const [first, again] = [
      await asOperator('POST', '/tenants', body, headers),
      await asOperator('POST', '/tenants', body, headers),
    ];
    const [live, sandbox] = first.body.data;
    expect(live).toMatchObject({ mode: 'live', status: 'active', pair_id: sandbox.tenant_id, limits: { plans: 3 } });
    expect(sandbox).toMatchObject({ mode: 'sandbox', pair_id: live.tenant_id });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await auditsOf(live.tenant_id)).toMatchObject([{ action: 'tenant.created', actor: 'usr_operator' }]);
    expect(await auditsOf('platform', live.tenant_id)).toMatchObject([{ action: 'tenant.created' }]);
  });

  it('names the owner, who is invited into both, once per idempotency key, with links shown once', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const email = `${newId('user')}@people.example`;
    const open = () => asOperator('POST', '/tenants', { name: 'Shop', owner_email: email }, headers);
    const [first, again] = [await open(), await open()];
    expect(first.status, first.text).toBe(201);
    const { data, owner_invitations: invitations } = first.body;
    expect(invitations).toMatchObject(
      data.map(({ tenant_id }: { tenant_id: string }) => ({ ...{ tenant_id, email, role: 'owner', status: 'open' } })),
    );
    const urls = invitations.map(({ url }: { url: string }) => url);
    for (const url of urls) expect(url).toMatch(/\/identity\/invitation\/[\w-]{43}$/);
    expect(new Set(urls).size).toBe(2);
    expect(again.body.owner_invitations).toEqual(invitations.map((one: object) => ({ ...one, url: null })));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const rows = await api.owner`select invited_by from invitations where email = ${email}`;
    expect(rows.map(({ invitedBy }) => invitedBy)).toEqual(['usr_operator', 'usr_operator']);
  });

  it('invites the owner by a second call of the key, where the first did not come that far', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { name: 'Shop', modes: ['sandbox'], owner_email: `${newId('user')}@people.example` };
    const first = await asOperator('POST', '/tenants', body, headers);
    const { tenant_id: tenantId } = first.body.data[0];
    // As if the process had died between the two transactions.
    for (const table of ['invitations', 'idempotency_keys'])
      await api.owner`delete from ${api.owner(table)} where tenant_id = ${tenantId}`;
    const again = await asOperator('POST', '/tenants', body, headers);
    expect(again.body.data).toEqual(first.body.data);
    expect(again.body.owner_invitations).toMatchObject([{ tenant_id: tenantId, url: expect.stringContaining('/') }]);
  });

  it('refuses an owner there is no place for, and opens nothing', async () => {
    const mark = crypto.randomUUID();
    const body = { name: mark, owner_email: 'a@people.example', limits: { users: 0 } };
    const refused = await asOperator('POST', '/tenants', body);
    expect([refused.status, refused.body.field]).toEqual([400, 'limits']);
    expect((await asOperator('GET', `/tenants?text=${mark}`)).body.data).toEqual([]);
  });

  it('refuses the same key with another body, and a mode named twice', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() };
    await asOperator('POST', '/tenants', { name: 'One', modes: ['sandbox'] }, headers);
    const other = await asOperator('POST', '/tenants', { name: 'Two', modes: ['sandbox'] }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const twice = await asOperator('POST', '/tenants', { name: 'Two', modes: ['live', 'live'] });
    expect([twice.status, twice.body.field]).toEqual([400, 'modes']);
  });

  it('finds tenants by name, mode and status, page by page', async () => {
    const mark = crypto.randomUUID();
    await makePair({ name: `100%_${mark}` });
    await makePair({ name: `100 ${mark}` });
    const found = await asOperator('GET', `/tenants?text=${encodeURIComponent(`%_${mark}`)}`);
    expect(found.body.data).toHaveLength(2);
    const live = await asOperator('GET', `/tenants?text=${mark}&mode=live&status=active`);
    expect(live.body.data.map(({ mode }: { mode: string }) => mode)).toEqual(['live', 'live']);
    const [first, none] = [
      await asOperator('GET', `/tenants?text=${mark}&limit=3`),
      await asOperator('GET', `/tenants?text=${mark}&status=deleted`),
    ];
    const rest = await asOperator('GET', `/tenants?text=${mark}&limit=3&cursor=${first.body.next_cursor}`);
    expect([first.body.data.length, first.body.has_more, rest.body.data.length, none.body.data]).toEqual([
      3,
      true,
      1,
      [],
    ]);
  });

  it('renames a tenant and changes its limits by name, audited with before and after', async () => {
    const [tenant] = await makePair({ limits: { plans: 3, api_keys: 2 } });
    const id = tenant?.tenant_id ?? '';
    const changed = await asOperator('PUT', `/tenants/${id}`, { name: 'New', limits: { plans: null, users: 5 } });
    expect(changed.body).toMatchObject({ name: 'New', limits: { api_keys: 2, users: 5 } });
    expect(changed.body.limits).not.toHaveProperty('plans');
    const [, audit] = await auditsOf(id);
    expect(audit).toMatchObject({
      action: 'tenant.changed',
      details: {
        before: { limits: { plans: 3, api_keys: 2 } },
        after: { name: 'New', limits: { api_keys: 2, users: 5 } },
      },
    });
    await asOperator('PUT', `/tenants/${id}`, { name: 'New' });
    expect(await auditsOf(id)).toHaveLength(2);
  });

  it('reads what a tenant uses of its limits', async () => {
    const tenant = await api.makeTenant();
    await signUp(api, tenant);
    const read = await asOperator('GET', `/tenants/${tenant.tenantId}`);
    expect(read.body.usage).toEqual({ subscriptions: 0, plans: 1, api_keys: 1, users: 0 });
  });

  it.each(['owner', 'admin', 'operator'] as const)(
    'is nobody with a key of a tenant, were its role %s',
    async (role) => {
      const tenant = await api.makeTenant();
      const key = await api.makeKey(tenant.tenantId, role);
      for (const [method, path, body] of [
        ['GET', '/v1/tenants', undefined],
        ['POST', '/v1/tenants', { name: 'Mine' }],
        ['POST', `/v1/tenants/${tenant.tenantId}/suspend`, { reason: 'because' }],
      ] as const) {
        const answer = await api.call(method, path, { key, ...(body ? { body } : {}) });
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'forbidden']);
      }
    },
  );
});

describe('suspending', () => {
  it('and reactivating are told with their reason, and change nothing the second time', async () => {
    const [tenant] = await makePair();
    const id = tenant?.tenant_id ?? '';
    const suspended = await asOperator('POST', `/tenants/${id}/suspend`, { reason: 'unpaid fees' });
    expect(suspended.body).toMatchObject({ status: 'suspended', status_reason: 'unpaid fees' });
    await asOperator('POST', `/tenants/${id}/suspend`, { reason: 'again' });
    const active = await asOperator('POST', `/tenants/${id}/reactivate`, {});
    expect(active.body).toMatchObject({ status: 'active', status_reason: null });
    await asOperator('POST', `/tenants/${id}/reactivate`, {});
    expect((await auditsOf(id)).map(({ action }) => action)).toEqual([
      ...['tenant.created', 'tenant.suspended', 'tenant.reactivated'],
    ]);
  });

  it('shuts out the tenant’s keys', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    await asOperator('POST', `/tenants/${tenantId}/suspend`, { reason: 'abuse' });
    const answer = await api.call('GET', '/v1/plans', { key: apiKey });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    await asOperator('POST', `/tenants/${tenantId}/reactivate`, {});
    const key = await api.makeKey(tenantId, 'admin');
    expect((await api.call('GET', '/v1/plans', { key })).status).toBe(200);
  });
});

describe('deleting', () => {
  it('has a grace, of a live tenant a week at least, and can be taken back', async () => {
    const [live, sandbox] = await makePair();
    const soon = await asOperator('DELETE', `/tenants/${live?.tenant_id}`, { reason: 'closed', grace_days: 6 });
    expect([soon.status, soon.body.field]).toEqual([400, 'grace_days']);
    const asked = await asOperator('DELETE', `/tenants/${live?.tenant_id}`, { reason: 'closed' });
    const { requested_at: from, delete_after: until } = asked.body.deletion;
    expect(asked.body).toMatchObject({ status: 'deleting', deletion: { waits_for: 'export', export_waived: false } });
    expect(Date.parse(until) - Date.parse(from)).toBe(30 * 86_400_000);
    const again = await asOperator('DELETE', `/tenants/${live?.tenant_id}`, { reason: 'closed' });
    expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
    const back = await asOperator('POST', `/tenants/${live?.tenant_id}/cancel-deletion`, {});
    expect(back.body).toMatchObject({ status: 'active', deletion: null });
    const now = { reason: 'test over', grace_days: 0, export_waived: true };
    const gone = await asOperator('DELETE', `/tenants/${sandbox?.tenant_id}`, now);
    expect(gone.body.deletion).toMatchObject({ waits_for: 'grace', export_waived: true });
    const late = await asOperator('POST', `/tenants/${sandbox?.tenant_id}/cancel-deletion`, {});
    expect([late.status, late.body.code]).toEqual([409, 'invalid_state']);
  });

  it('of a tenant nobody has is not found, as everything about it', async () => {
    const answer = await asOperator('DELETE', `/tenants/${newId('tenant')}`, { reason: 'closed' });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });
});
