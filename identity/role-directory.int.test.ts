import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryCache } from '../adapters/cache/memory-cache.ts';
import { newId } from '../db/new-id.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { builtInRoles, rolePermissions } from '../domain/access/roles.ts';
import type { CustomRoleId } from '../domain/ids.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { createRoleDirectory, roleCacheName } from './role-directory.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const open = (shared = createMemoryCache()) => createRoleDirectory({ database: { sql: api.sql }, shared });

async function makeRole(permissions: readonly string[]): Promise<CustomRoleId> {
  const id = newId('customRole');
  await api.owner`insert into custom_roles (tenant_id, id, name, permissions)
    values (${tenant.tenantId}, ${id}, ${id}, ${[...permissions]})`;
  return id;
}

it('knows the built-in roles without asking', () => {
  for (const role of builtInRoles) expect(open().permissionsOf(tenant.tenantId, role)).toBe(rolePermissions[role]);
});

it('answers what a tenant’s own role lists, at once the second time', async () => {
  const roles = open();
  const id = await makeRole(['plans:read', 'audit:read']);
  expect(await roles.permissionsOf(tenant.tenantId, id)).toEqual(new Set<Permission>(['plans:read', 'audit:read']));
  expect(roles.permissionsOf(tenant.tenantId, id)).toEqual(new Set<Permission>(['plans:read', 'audit:read']));
});

it.each<[string, () => Promise<string>]>([
  ['that is unknown', async () => newId('customRole')],
  ['that is no role', async () => 'emperor'],
  [
    'of another tenant',
    async () => {
      const other = await api.makeTenant();
      const id = newId('customRole');
      await api.owner`insert into custom_roles (tenant_id, id, name, permissions)
      values (${other.tenantId}, ${id}, 'theirs', '{plans:read}')`;
      return id;
    },
  ],
  ['that lists what no role of a tenant may hold', () => makeRole(['tenants:manage', 'tenant:delete', 'no:such'])],
])('allows nothing by a role %s', async (_what, roleOf) => {
  expect(await open().permissionsOf(tenant.tenantId, await roleOf())).toEqual(new Set());
});

it('knows of a change within five seconds, wherever it was read before', async () => {
  const shared = createMemoryCache();
  const [first, second] = [open(shared), open(shared)];
  const id = await makeRole(['plans:read', 'plans:write']);
  for (const roles of [first, second]) expect(await roles.permissionsOf(tenant.tenantId, id)).toHaveProperty('size', 2);
  const startedAt = performance.now();
  await api.owner`update custom_roles set permissions = '{plans:read}' where id = ${id}`;
  for (const roles of [first, second]) {
    const allowed = async () => [...(await roles.permissionsOf(tenant.tenantId, id))];
    await expect.poll(allowed, { timeout: 5 * SECOND_MS, interval: 50 }).toEqual(['plans:read']);
  }
  expect(performance.now() - startedAt).toBeLessThan(5 * SECOND_MS);
  expect(await shared.get(roleCacheName(tenant.tenantId, id))).toBe('["plans:read"]');
});
