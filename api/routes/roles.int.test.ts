import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

function send(method: string, rest: string, body?: object, key = tenant.apiKey) {
  return api.call(method, `/v1/roles${rest}`, { key, ...(body === undefined ? {} : { body }) });
}

let count = 0;
async function makeRole(permissions: string[] = ['plans:read']): Promise<{ role_id: string; name: string }> {
  count += 1;
  const made = await send('POST', '', { name: `Role ${count}`, permissions });
  expect(made.status).toBe(201);
  return made.body;
}

describe('a role of the tenant’s own', () => {
  it('is listed with the built-in ones, and read, changed in part and deleted', async () => {
    const own = await api.makeTenant();
    const body = { name: 'Night shift', description: 'from ten to six', permissions: ['plans:write', 'plans:read'] };
    const made = await send('POST', '', body, own.apiKey);
    expect(made.body).toMatchObject({ ...body, built_in: false, permissions: ['plans:read', 'plans:write'] });
    const path = `/${made.body.role_id}`;
    const list = await send('GET', '', undefined, own.apiKey);
    expect(list.body.data.map((one: { name: string }) => one.name)).toEqual([
      ...['owner', 'admin', 'finance', 'support', 'viewer', 'integrator', 'customer', 'operator'],
      'Night shift',
    ]);
    expect(list.body.data[4]).toMatchObject({ role_id: 'viewer', built_in: true, created_at: null });
    const changed = await send('PUT', path, { permissions: ['plans:read'] }, own.apiKey);
    expect(changed.body).toMatchObject({ name: 'Night shift', permissions: ['plans:read'] });
    expect((await send('GET', path, undefined, own.apiKey)).body).toEqual(changed.body);
    expect((await send('DELETE', path, undefined, own.apiKey)).status).toBe(200);
    expect((await send('GET', path, undefined, own.apiKey)).status).toBe(404);
    const audited = await api.owner<{ action: string; details: object }[]>`
      select action, details from audit_log where tenant_id = ${own.tenantId} and action like 'role.%' order by at, id`;
    const [before, after] = [['plans:read', 'plans:write'], ['plans:read']];
    expect(audited.map(({ action }) => action)).toEqual(['role.created', 'role.changed', 'role.deleted']);
    expect(audited[1]?.details).toMatchObject({ before: { permissions: before }, after: { permissions: after } });
  });

  it('allows what it lists and nothing else, and another tenant nothing', async () => {
    const role = await makeRole(['plans:read', 'plans:write']);
    const key = await api.makeKey(tenant.tenantId, role.role_id as never);
    const other = await api.makeTenant();
    const stolen = await api.makeKey(other.tenantId, role.role_id as never);
    const list = (path: string, by: string) => api.call('GET', path, { key: by });
    expect((await list('/v1/plans', key)).status).toBe(200);
    expect((await list('/v1/customers', key)).status).toBe(403);
    expect((await list('/v1/plans', stolen)).status).toBe(403);
  });

  it('gives nobody what whoever makes or changes it does not hold', async () => {
    const writer = await makeRole(['roles:write', 'users:read', 'plans:read']);
    const key = await api.makeKey(tenant.tenantId, writer.role_id as never);
    const refused = await send('POST', '', { name: 'More', permissions: ['plans:read', 'plans:write'] }, key);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(refused.body.detail).toContain('plans:write');
    const widened = await send('PUT', `/${writer.role_id}`, { permissions: ['roles:write', 'refunds:write'] }, key);
    expect([widened.status, widened.body.code]).toEqual([403, 'forbidden']);
    const stronger = await makeRole(['plans:read', 'refunds:write']);
    const renamed = await send('PUT', `/${stronger.role_id}`, { name: 'Renamed' }, key);
    expect(renamed.status).toBe(200);
    const narrowed = await send('PUT', `/${stronger.role_id}`, { permissions: ['plans:read'] }, key);
    expect(narrowed.status).toBe(200);
  });

  it.each(['tenant:delete', 'tenants:manage', 'no:such'])('never holds %s', async (permission) => {
    const refused = await send('POST', '', { name: 'Reserved', permissions: [permission] });
    expect([refused.status, refused.body.field]).toEqual([400, 'permissions.0']);
    const role = await makeRole();
    const key = await api.makeKey(tenant.tenantId, role.role_id as never);
    await api.owner`update custom_roles set permissions = ${[permission, 'tenant:read']} where id = ${role.role_id}`;
    expect((await api.call('GET', '/v1/plans', { key })).status).toBe(403);
  });

  it.each([
    ['of the tenant', (name: string) => name],
    ['in another case', (name: string) => name.toUpperCase()],
    ['that is built in', () => 'Owner'],
  ])('has a name of its own: not one %s', async (_what, nameOf) => {
    const [first, second] = [await makeRole(), await makeRole()];
    const name = nameOf(first.name);
    const [made, changed] = [
      await send('POST', '', { name, permissions: ['plans:read'] }),
      await send('PUT', `/${second.role_id}`, { name }),
    ];
    expect([made.status, made.body.code]).toEqual([409, 'already_exists']);
    expect([changed.status, changed.body.code]).toEqual([409, 'already_exists']);
    expect((await send('PUT', `/${first.role_id}`, { name: first.name })).status).toBe(200);
  });

  it('is one of two of the same name made at once', async () => {
    const body = { name: 'Made twice', permissions: ['plans:read'] };
    const answers = await Promise.all([send('POST', '', body), send('POST', '', body)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('is one of fifty at most', async () => {
    const own = await api.makeTenant();
    await api.owner`insert into custom_roles (tenant_id, id, name, permissions)
      select ${own.tenantId}, 'role_' || n, 'name ' || n, '{plans:read}' from generate_series(1, 50) n`;
    const refused = await send('POST', '', { name: 'One more', permissions: ['plans:read'] }, own.apiKey);
    expect([refused.status, refused.body.code]).toEqual([409, 'quota_reached']);
  });

  it.each([
    [
      'a member',
      (role: string) => api.owner`insert into memberships (tenant_id, id, email, role)
        values (${tenant.tenantId}, ${newId('user')}, 'a@example.com', ${role})`,
    ],
    ['a key', (role: string) => api.makeKey(tenant.tenantId, role as never)],
    [
      'a client',
      (role: string) => api.owner`
        insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, role, created_by)
        values (${tenant.tenantId}, ${newId('oauthClient')}, 'x', 'none', '{}', ${role}, 'test')`,
    ],
    [
      'an open invitation',
      (role: string) => api.owner`
        insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
        values (${tenant.tenantId}, ${newId('invitation')}, 'a@example.com', ${role}, 'x', 'test', now() + interval '1 day')`,
    ],
  ])('that %s has is not deleted', async (_what, use) => {
    const role = await makeRole();
    await use(role.role_id);
    const refused = await send('DELETE', `/${role.role_id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
  });

  it('that only revoked and expired ones have is deleted', async () => {
    const role = await makeRole();
    await api.makeKey(tenant.tenantId, role.role_id as never);
    await api.owner`update api_keys set revoked_at = now() where role = ${role.role_id}`;
    await api.owner`
      insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
      values (${tenant.tenantId}, ${newId('invitation')}, 'a@example.com', ${role.role_id}, 'x', 'test', now())`;
    expect((await send('DELETE', `/${role.role_id}`)).status).toBe(200);
  });

  it('does not lose the last administration of the tenant', async () => {
    const own = await api.makeTenant();
    const body = { name: 'Keeper', permissions: ['api_keys:write', 'roles:write', 'users:read'] };
    const { role_id: id } = (await send('POST', '', body, own.apiKey)).body;
    const key = await api.makeKey(own.tenantId, id);
    const narrow = { permissions: ['roles:write', 'users:read'] };
    await api.owner`update api_keys set revoked_at = now() where tenant_id = ${own.tenantId} and role = 'admin'`;
    const refused = await send('PUT', `/${id}`, narrow, key);
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    await api.makeKey(own.tenantId, 'admin');
    expect((await send('PUT', `/${id}`, narrow, key)).status).toBe(200);
  });

  it('is not given while it is deleted: one of both happens', async () => {
    for (let round = 0; round < 8; round += 1) {
      const role = await makeRole();
      const body = { name: 'A key', role: role.role_id };
      const [made, deleted] = await Promise.all([
        api.call('POST', '/v1/api-keys', { key: tenant.apiKey, body }),
        send('DELETE', `/${role.role_id}`),
      ]);
      expect([
        [201, 409],
        [400, 200],
      ]).toContainEqual([made.status, deleted.status]);
    }
  });
});
