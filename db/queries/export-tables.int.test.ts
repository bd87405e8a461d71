import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedSubscriptions } from '../../tests/support/seed-subscriptions.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { openDatabase, type Sql } from '../database.ts';
import { withTenant } from '../with-tenant.ts';
import { bearWithReader, readExport } from './export-tables.ts';

/** Of a session of these tests, in place of the half minute and the quarter of one that others have. */
const patienceMs = 200;

let owner: Sql;
let app: Sql;
beforeAll(async () => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 2, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 1, name: 'test-app' });
  await app`
    select set_config('statement_timeout', ${String(patienceMs)}, false),
           set_config('idle_in_transaction_session_timeout', ${String(patienceMs)}, false)`;
});
afterAll(() => Promise.all([owner.end(), app.end()]));

/** More rows than are read at once, by a reader who takes longer over each page and before the next table than a session may wait. */
it('lasts as long as its reader takes, within a table and between two', async () => {
  const [{ tenantId }] = await seedSubscriptions(owner, [{}]);
  await owner`
    insert into customers (tenant_id, id, email)
    select ${tenantId}, 'cus_' || gen_random_uuid(), 'many@example.com' from generate_series(1, 1200)`;
  const takeOnesTime = () => owner`select pg_sleep(${(2 * patienceMs) / 1_000})`;
  const read: string[] = [];
  await withTenant({ sql: app }, tenantId, async (tx) => {
    await bearWithReader(tx, 60_000);
    for (const table of ['customers', 'plans']) {
      for await (const page of readExport(tx, table)) {
        read.push(...page);
        await takeOnesTime();
      }
      await takeOnesTime();
    }
  });
  expect(read).toHaveLength(1_202);
});
