import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryCache } from '../adapters/cache/memory-cache.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { insertClient } from '../tests/support/identity-rows.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { createAccessParts } from './access-parts.ts';
import { createClientDirectory } from './client-directory.ts';
import { createTenant } from './issue-api-key.ts';

let owner: Sql;
let app: Sql;
beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 2, name: 'test-app' });
});
afterAll(async () => {
  await Promise.all([owner.end(), app.end()]);
});

const makeTenant = () => createTenant(owner, { name: 'T', mode: 'sandbox' });

it('tells role, scopes and the tenant’s status, at once the second time, and nothing in another tenant', async () => {
  const directory = createClientDirectory({ database: { sql: app } });
  const [tenantId, other] = [await makeTenant(), await makeTenant()];
  const { id } = await insertClient(owner, tenantId, { scopes: ['plans:read'] });
  const facts = { role: 'integrator', scopes: ['plans:read'], tenantStatus: 'active' };
  expect(await directory.find(tenantId, id)).toEqual(facts);
  expect(directory.find(tenantId, id)).toEqual(facts);
  expect(await directory.find(other, id)).toBeNull();
});

it('has forgotten a client elsewhere at once after its change, and here within five seconds', async () => {
  const shared = createMemoryCache();
  const open = () => createClientDirectory({ database: { sql: app }, shared });
  const tenantId = await makeTenant();
  const { id } = await insertClient(owner, tenantId, {});
  const here = open();
  expect(await here.find(tenantId, id)).not.toBeNull();
  await owner`update oauth_clients set revoked_at = now() where id = ${id}`;
  expect(await open().find(tenantId, id)).not.toBeNull();
  await createAccessParts({ keySecret: 'the key secret of a test', shared }).forgetClient(tenantId, id);
  expect(await open().find(tenantId, id)).toBeNull();
  await expect.poll(() => here.find(tenantId, id), { timeout: 5_000, interval: 50 }).toBeNull();
});
