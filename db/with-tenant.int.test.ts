import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TenantId } from '../domain/ids.ts';
import { seedSubscriptions } from '../tests/support/seed-subscriptions.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { openDatabase, type Sql } from './database.ts';
import { newId } from './new-id.ts';
import { type OpeningTransaction, readAsTenant, type TenantTransaction, withTenant } from './with-tenant.ts';

let owner: Sql;
let app: Sql;
beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 2, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 4, name: 'test-app' });
});
afterAll(() => Promise.all([owner.end(), app.end()]));

const rename = ({ sql, tenantId }: TenantTransaction, name: string) =>
  sql`update customers set name = ${name} where tenant_id = ${tenantId}`;
const namesOf = async (tenantId: string): Promise<string[]> =>
  (await owner<{ name: string }[]>`select name from customers where tenant_id = ${tenantId}`).map(({ name }) => name);

it('gives its rows back where its process stands still, before those who wait for them give up', async () => {
  const [set] = await app<{ idle: number; lock: number }[]>`
    select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)::int as idle,
           extract(epoch from current_setting('lock_timeout')::interval)::int as lock`;
  expect(set?.idle).toBeGreaterThan(0);
  expect(set?.idle).toBeLessThan(set?.lock ?? 0);
});

it('ends no statement of a command that reads everything, and lets it scan', async () => {
  const command = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-command', readsEverything: true });
  const [set] = await command`
    select current_setting('statement_timeout') as statement, current_setting('enable_seqscan') as scan`;
  expect(set).toEqual({ statement: '0', scan: 'on' });
  await command.end();
});

it('commits what was sent alongside, in the order it was sent', async () => {
  const [{ tenantId }] = await seedSubscriptions(owner, [{}]);
  const answer = await withTenant({ sql: app }, tenantId, async (tx) => {
    tx.alongside(rename(tx, 'first'));
    tx.alongside(rename(tx, 'second'));
    return 'done';
  });
  expect(answer).toBe('done');
  expect(await namesOf(tenantId)).toEqual(['second']);
});

it('fails where a write alongside failed, and keeps nothing of the transaction', async () => {
  const [{ tenantId }] = await seedSubscriptions(owner, [{}]);
  const before = await namesOf(tenantId);
  const attempt = withTenant({ sql: app }, tenantId, async (tx) => {
    await rename(tx, 'lost');
    tx.alongside(tx.sql`insert into customers (tenant_id, id) values (${tenantId}, ${newId('customer')})`);
    tx.alongside(rename(tx, 'never'));
    return 'answered';
  });
  await expect(attempt).rejects.toMatchObject({ code: '23502' });
  expect(await namesOf(tenantId)).toEqual(before);
  // The connection has nothing left over of it.
  await expect(withTenant({ sql: app }, tenantId, async (tx) => tx.tenantId)).resolves.toBe(tenantId);
});

it('opens with a statement that is the tenant’s own already, at the time the work then knows', async () => {
  const [mine] = await seedSubscriptions(owner, [{}]);
  const [others] = await seedSubscriptions(owner, [{}]);
  type Seen = { id: string; at: number };
  const opening = async ({ sql, clock }: OpeningTransaction) => [
    ...(await sql<Seen[]>`select id, ${clock} as at from subscriptions where id in (${mine.id}, ${others.id})`),
  ];
  await withTenant(
    { sql: app },
    mine.tenantId,
    async ({ now }, seen: Seen[]) => {
      expect(seen.map(({ id }) => id)).toEqual([mine.id]);
      expect(Math.abs((seen[0]?.at ?? 0) - now)).toBeLessThan(1_000);
    },
    { opening },
  );
});

it('opens at the time a test has skipped to', async () => {
  const [{ tenantId }] = await seedSubscriptions(owner, [{}]);
  const skippedTo = Date.parse('2031-02-03T04:05:06.789Z');
  const opened = await withTenant(
    { sql: app, clock: () => skippedTo },
    tenantId,
    async (tx, at: number) => [tx.now, at],
    {
      opening: async ({ sql, clock }) => (await sql<[{ at: number }]>`select ${clock} as at`)[0].at,
    },
  );
  expect(opened).toEqual([skippedTo, skippedTo]);
});

it('reads as one tenant in a statement of its own, whatever the tenant before it on the connection', async () => {
  const [mine] = await seedSubscriptions(owner, [{}]);
  const [others] = await seedSubscriptions(owner, [{}]);
  const one = openDatabase(stackEnv().appDatabaseUrl, { max: 1, name: 'test-one' });
  try {
    const ids = (tenantId: TenantId) =>
      readAsTenant({ sql: one }, tenantId, (sql) => {
        const either = sql`id in (${mine.id}, ${others.id})`;
        return sql<{ id: string }[]>`with seen as (select * from subscriptions where ${either}) select id from seen`;
      });
    const read = await Promise.all([mine, others, mine].map(({ tenantId }) => ids(tenantId)));
    expect(read.map((rows) => rows.map(({ id }) => id))).toEqual([[mine.id], [others.id], [mine.id]]);
    expect(await one`select current_setting('app.tenant_id', true) as left_over, 1 from subscriptions`).toEqual([]);
  } finally {
    await one.end();
  }
});

it('refuses to write where it was asked to read', async () => {
  const [{ tenantId }] = await seedSubscriptions(owner, [{}]);
  const before = await namesOf(tenantId);
  const plain = readAsTenant({ sql: app }, tenantId, (sql) => sql`update customers set name = 'written'`);
  await expect(plain).rejects.toMatchObject({ code: '42601' });
  const hidden = (sql: Sql) => sql`with w as (update customers set name = 'written' returning 1) select * from w`;
  await expect(readAsTenant({ sql: app }, tenantId, hidden)).rejects.toMatchObject({ code: '0A000' });
  expect(await namesOf(tenantId)).toEqual(before);
});
