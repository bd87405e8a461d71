import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import { signUp } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { openUserSession, sameOrigin } from '../../tests/support/test-portals.ts';

let api: ApiHarness;
let tenant: TestTenant;
let customerId: string;
let path: string;

beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());
beforeEach(async () => {
  tenant = await api.makeTenant();
  customerId = (await signUp(api, tenant)).customerId;
  path = `/v1/customers/${customerId}/portal-session`;
});

async function signIn(role: string) {
  const userId = newId('user');
  const { cookie } = await openUserSession(api.portals, api.owner, { userId, tenantId: tenant.tenantId, role });
  return { userId, headers: { cookie, ...sameOrigin } };
}

async function roleOf(...permissions: Permission[]): Promise<string> {
  const { body } = await api.call('POST', '/v1/roles', { key: tenant.apiKey, body: { name: 'Own', permissions } });
  return body.role_id;
}

/** In a browser that follows the link. */
async function follow(url: string): Promise<{ cookie: string; 'sec-fetch-site': string }> {
  const { pathname, search } = new URL(url);
  const answer = await fetch(api.url + pathname + search, { redirect: 'manual' });
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-redcore=')) ?? '';
  return { cookie: cookie.split(';')[0] ?? '', ...sameOrigin };
}

describe('a link into a customer’s portal', () => {
  it('is made by a machine that may make links and nothing else, as a business’s back end', async () => {
    const body = { name: 'Shop', role: 'integrator', scopes: ['portal_sessions:write'] };
    const { body: key } = await api.call('POST', '/v1/api-keys', { key: tenant.apiKey, body });
    expect((await api.call('POST', path, { key: key.api_key, body: {} })).status).toBe(201);
  });

  it.each<[BuiltInRole, number]>([
    ['owner', 201],
    ['admin', 201],
    ['support', 403],
    ['finance', 403],
    ['viewer', 403],
  ])('is made by a person only who may do what the customer may: %s answers %i', async (role, status) => {
    const { headers } = await signIn(role);
    const answer = await api.call('POST', path, { headers, body: {} });
    const { body: session } = await api.call('GET', '/v1/session', { headers });
    expect([answer.status, session.permissions.includes('portal_sessions:write')]).toEqual([status, status === 201]);
  });

  it('is not made by way of a key either by who may not make it', async () => {
    const { headers } = await signIn(await roleOf('api_keys:write', 'portal_sessions:write', 'customers:read'));
    const keyOf = (scopes: Permission[]) =>
      api.call('POST', '/v1/api-keys', { headers, body: { name: 'Mine', role: 'integrator', scopes } });
    const [refused, made] = [await keyOf(['portal_sessions:write']), await keyOf(['customers:read'])];
    expect([refused.status, refused.body.code, made.status]).toEqual([403, 'forbidden', 201]);
  });

  it('leaves who made it in the audit of what is done by it', async () => {
    const { headers, userId } = await signIn('admin');
    const { body: link } = await api.call('POST', path, { headers, body: {} });
    const asCustomer = await follow(link.url);
    const change = { headers: asCustomer, body: { name: 'Ada Lovelace' } };
    expect((await api.call('PUT', `/v1/customers/${customerId}`, change)).status).toBe(200);
    const rows = await api.owner`
      select action, actor, details->>'link_made_by' as made_by from audit_log
      where tenant_id = ${tenant.tenantId} and resource_id = ${customerId} and action <> 'customer.created' order by at, id`;
    expect(rows).toEqual([
      { action: 'portal_session.created', actor: userId, madeBy: null },
      { action: 'login.succeeded', actor: customerId, madeBy: userId },
      { action: 'customer.changed', actor: customerId, madeBy: userId },
    ]);
  });
});
