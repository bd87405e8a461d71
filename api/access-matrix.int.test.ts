import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import type { RouteContract } from '../contracts/rest/route.ts';
import { newId } from '../db/new-id.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { type BuiltInRole, builtInRoles, rolePermissions } from '../domain/access/roles.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { operatorKey } from '../tests/support/operator.ts';
import { makeRouteIds, malformedIds, pathOf, type RouteIds, unknownIds } from '../tests/support/route-ids.ts';

/** Every route × every role × ids of every kind: what a key of the role is answered follows from the matrix alone. */
const contracts = [...routeRegistry].filter(([, { tag }]) => tag !== 'Webhooks');
const single: Permission = 'plans:write';
const roles = [...builtInRoles, 'custom'] as const;

let api: ApiHarness;
let tenant: TestTenant;
let own: RouteIds;
let foreign: RouteIds;
const keys = new Map<string, string>();

beforeAll(async () => {
  api = await startApiHarness();
  const other = await api.makeTenant();
  tenant = await api.makeTenant();
  [own, foreign] = await Promise.all([makeRouteIds(api, tenant), makeRouteIds(api, other)]);
  own['tenant_id'] = tenant.tenantId;
  // No tenant is foreign to an operator: only unknown ones are not found.
  foreign['tenant_id'] = newId('tenant');
  const body = { name: 'Nothing but plans', permissions: [single] };
  const made = await api.call('POST', '/v1/roles', { key: tenant.apiKey, body });
  for (const role of roles) {
    keys.set(role, await api.makeKey(tenant.tenantId, role === 'custom' ? made.body.role_id : role));
  }
});
afterAll(() => api.stop());

function isAllowed(role: BuiltInRole | 'custom', { permission }: RouteContract): boolean {
  if (permission === null) return true;
  // Never by a key, whatever its role: such a call is an operator's, who has none.
  if (permission === 'tenants:manage') return false;
  return role === 'custom' ? permission === single : rolePermissions[role].has(permission);
}

/** What is the platform's is for operators themselves, not for a machine of a tenant that is given their role. */
function keyFor({ permission }: RouteContract, role: string): string {
  return role === 'operator' && permission === 'tenants:manage' ? operatorKey : (keys.get(role) as string);
}

/** Nothing is changed: no body is one of the contract. */
function send(contract: RouteContract, ids: RouteIds, role: string) {
  const nonsense = contract.method === 'get' ? {} : { raw: '{"nonsense":' };
  return api.call(contract.method.toUpperCase(), pathOf(contract, ids), { key: keyFor(contract, role), ...nonsense });
}

it('has an id of either tenant for every name in a path', () => {
  for (const ids of [own, foreign]) expect(Object.keys(unknownIds).filter((name) => !ids[name])).toEqual([]);
});

describe.each(roles)('a key of the role %s', (role) => {
  const allowed = contracts.filter(([, contract]) => isAllowed(role, contract));
  const denied = contracts.filter(([, contract]) => !isAllowed(role, contract));

  it.each(denied)('is refused %s, whatever the id', async (_name, contract) => {
    const answers = await Promise.all([own, foreign, unknownIds, malformedIds].map((ids) => send(contract, ids, role)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [403, 'forbidden']));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it.each(allowed)('is let in to %s, and to nothing of another tenant’s', async (_name, contract) => {
    if (!contract.path.includes('{')) {
      const answer = await send(contract, own, role);
      // A key is no person: it is let in to what needs no permission, and has no account there to read.
      const read = contract.path === '/me' ? 403 : 200;
      expect([contract.method === 'get' ? read : 400, 400]).toContain(answer.status);
      return;
    }
    const answers = await Promise.all([foreign, unknownIds, malformedIds].map((ids) => send(contract, ids, role)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});

it.each(contracts.filter(([, { permission }]) => permission === 'tenants:manage'))(
  '%s is refused to a key, whatever its role',
  async (_name, contract) => {
    const answer = await api.call(contract.method.toUpperCase(), pathOf(contract, own), {
      key: keys.get('operator') as string,
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  },
);
