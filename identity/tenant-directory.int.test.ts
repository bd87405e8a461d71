import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryCache } from '../adapters/cache/memory-cache.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { createTenantDirectory } from './tenant-directory.ts';

let owner: Sql;
let app: Sql;
beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 2, name: 'test-app' });
});
afterAll(async () => {
  await Promise.all([owner.end(), app.end()]);
});

async function makeTenant() {
  const tenantId = newId('tenant');
  const limits = owner.json({ plans: 3 });
  await owner`insert into tenants (tenant_id, name, mode, limits) values (${tenantId}, 'T', 'live', ${limits})`;
  return tenantId;
}

it('tells mode, status and limits, at once the second time, and of nobody nothing', async () => {
  const directory = createTenantDirectory({ database: { sql: app } });
  const tenantId = await makeTenant();
  const facts = { mode: 'live', status: 'active', limits: { plans: 3 } };
  expect(await directory.find(tenantId)).toEqual(facts);
  expect(directory.find(tenantId)).toEqual(facts);
  expect(await directory.find(newId('tenant'))).toBeNull();
});

it('knows of a suspension within five seconds, also where another process has told it through the shared cache', async () => {
  const shared = createMemoryCache();
  const [first, second] = [0, 1].map(() => createTenantDirectory({ database: { sql: app }, shared }));
  const tenantId = await makeTenant();
  await first?.find(tenantId);
  await owner`update tenants set status = 'suspended' where tenant_id = ${tenantId}`;
  const startedAt = performance.now();
  const statusAt = async (directory = first) => (await directory?.find(tenantId))?.status;
  await expect.poll(() => statusAt(second), { timeout: 5_000, interval: 50 }).toBe('suspended');
  await expect.poll(() => statusAt(first), { timeout: 5_000, interval: 50 }).toBe('suspended');
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
