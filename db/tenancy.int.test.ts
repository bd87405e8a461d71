import { beforeAll, describe, expect, it } from 'vitest';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../tests/support/billing-life.ts';
import type { Transaction } from './database.ts';
import { newId } from './new-id.ts';
import { storeInInbox } from './queries/inbox.ts';
import { recordProcessed } from './queries/processed-events.ts';
import { withTenant } from './with-tenant.ts';

closePoolsAfterAll();

let mine: BillingLife;
let other: BillingLife;
let tables: string[];

beforeAll(async () => {
  [mine, other] = await Promise.all([openLife(), openLife()]);
  await Promise.all([fillEveryTable(mine), fillEveryTable(other)]);
  const found = await mine.owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`;
  tables = found.map(({ name }) => name);
});

/** By the real verbs, and by hand where another room's process writes. */
async function fillEveryTable(life: BillingLife): Promise<void> {
  const { context, call, owner, tenantId } = life;
  const { id } = await life.subscribe({ key: 'first' });
  await life.advance(id, { by: 'P40D' });
  const late = await life.subscribe({ token: 'tok_timeout_after_charge' });
  await cancelSubscription(context, call, late.id, { reason: null, at: 'now' });
  await life.live(60_000);
  await owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${tenantId}, ${newId('apiKey')}, 'hash', 'test', 'admin')`;
  const event = { provider: 'sandbox', endpoint: 'default', providerEventId: 'evt_1', id: newId('event') };
  const said = { attemptId: null, eventType: 'test', fact: null, body: Buffer.from('{}') };
  await storeInInbox(context.database, tenantId, [{ ...event, ...said }]);
  await fillMoneyTables(life);
  await fillAccessTables(life);
  await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, { consumer: 'test', eventId: 'evt_1' }));
}

async function fillAccessTables({ owner, tenantId }: BillingLife): Promise<void> {
  const insert = (table: string, row: object) =>
    owner`insert into ${owner(table)} ${owner({ tenantId, ...row } as never)}`;
  const email = 'someone@example.com';
  await insert('memberships', { id: newId('user'), email, role: 'viewer' });
  await insert('custom_roles', { id: newId('customRole'), name: 'Clerk', permissions: ['plans:read'] });
  const offer = { tokenHash: tenantId, invitedBy: 'key_1', expiresAt: Date.now() };
  await insert('invitations', { id: newId('invitation'), email, role: 'viewer', ...offer });
  const client = { authMethod: 'none', grantTypes: ['authorization_code'], role: 'viewer', createdBy: 'key_1' };
  await insert('oauth_clients', { id: newId('oauthClient'), name: 'App', ...client });
  const view = { owner: 'key_1', page: 'subscriptions', name: 'Late', filters: owner.json({ status: 'past_due' }) };
  await insert('saved_views', { id: newId('savedView'), ...view });
  await insert('audit_heads', { position: 1, hash: 'hash', sealedAt: Date.now() });
}

async function fillMoneyTables({ owner, tenantId }: BillingLife): Promise<void> {
  const [refund] = await owner`select r.payment_id, r.attempt_id, p.customer_id from refunds r
    join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id where r.tenant_id = ${tenantId}`;
  const { paymentId, attemptId, customerId } = refund as Record<string, string>;
  const money = { amountMinor: 1, currency: 'USD', reason: 'test' };
  const sealed = { sealedBy: 'k1', mode: 'test', provider: 'stripe' };
  const insert = (table: string, row: object) =>
    owner`insert into ${owner(table)} ${owner({ tenantId, ...row } as never)}`;
  await insert('carriers', {
    ...{ id: paymentId, kind: 'payment', paymentId, customerId, nextKind: 'none', nextAt: Infinity, wakeAt: Infinity },
  });
  await insert('intents', { id: newId('event'), carrierId: paymentId, kind: 'wake', dueAt: Infinity });
  const dispute = { provider: 'stripe', providerDisputeId: 'dp_1', status: 'open', openedAt: Date.now() };
  await insert('disputes', { id: newId('dispute'), paymentId, attemptId, ...dispute, ...money });
  await insert('refund_requests', { id: newId('refundRequest'), paymentId, customerId, status: 'open', ...money });
  await insert('retry_tasks', {
    ...{ id: newId('retryTask'), paymentId, adminId: 'key_1', attemptNumber: 2, status: 'requested' },
  });
  await insert('method_setups', {
    ...{ id: newId('methodSetup'), customerId, provider: 'stripe', status: 'open', expiresAt: Date.now() },
    returnUrl: 'https://example.com',
  });
  await insert('provider_accounts', { ...sealed, status: 'active', credentials: Buffer.from('x') });
  await insert('webhook_endpoints', { ...sealed, id: newId('webhookEndpoint'), secret: Buffer.from('x') });
}

const asMe = <T>(work: (sql: Transaction) => PromiseLike<T>): Promise<T> =>
  withTenant(mine.context.database, mine.tenantId, async ({ sql }) => work(sql));

/** PostgreSQL's word for it, or null where the statement was carried out; never committed. */
async function refused(attempt: (sql: Transaction) => PromiseLike<unknown>): Promise<string | null> {
  try {
    await asMe(async (sql) => {
      await attempt(sql);
      throw new Error('carried out');
    });
  } catch (error) {
    return (error as { code?: string }).code ?? null;
  }
  return null;
}

const denied = '42501';
const countOf = (sql: Transaction, table: string, tenantId: string) =>
  sql<{ count: number }[]>`select count(*)::int as count from ${sql(table)} where tenant_id = ${tenantId}`;

describe('on every table, a tenant', () => {
  it('is tried with rows of its own and of another', async () => {
    for (const life of [mine, other]) {
      const counts = await life.owner.begin(async (sql) => {
        const found = [];
        for (const table of tables) {
          const [row] = await countOf(sql as unknown as Transaction, table, life.tenantId);
          found.push([table, row?.count ?? 0] as const);
        }
        return found;
      });
      expect(counts.filter(([, count]) => count === 0)).toEqual([]);
    }
  });

  it('sees its own rows and no other', async () => {
    const seen = await asMe(async (sql) => {
      const found = [];
      for (const table of tables) {
        const rows = await sql<{ tenantId: string }[]>`select distinct tenant_id from ${sql(table)}`;
        found.push([table, rows.map(({ tenantId }) => tenantId)] as const);
      }
      return found;
    });
    expect(seen).toEqual(tables.map((table) => [table, [mine.tenantId]]));
  });

  it('changes and deletes nothing of another tenant', async () => {
    for (const table of tables) {
      const touched = async (verb: 'update' | 'delete'): Promise<number | string> => {
        let count = 0;
        const code = await refused(async (sql) => {
          const done =
            verb === 'update'
              ? await sql`update ${sql(table)} set tenant_id = tenant_id where tenant_id = ${other.tenantId}`
              : await sql`delete from ${sql(table)} where tenant_id = ${other.tenantId}`;
          count = done.count;
        });
        return code ?? count;
      };
      for (const verb of ['update', 'delete'] as const) {
        expect([0, denied], `${verb} ${table}`).toContain(await touched(verb));
      }
    }
  });

  it('writes no row for another tenant, new or moved there', async () => {
    for (const table of tables) {
      const [row] = await other.owner`
        select to_jsonb(t) as json from ${other.owner(table)} t where tenant_id = ${other.tenantId} limit 1`;
      const insert = (sql: Transaction) => sql`
        insert into ${sql(table)} overriding system value
        select * from jsonb_populate_record(null::${sql(table)}, ${sql.json(row?.['json'] as never)})`;
      expect(await refused(insert), `insert into ${table}`).toBe(denied);
      const move = (sql: Transaction) => sql`update ${sql(table)} set tenant_id = ${other.tenantId}`;
      expect(await refused(move), `update ${table}`).toBe(denied);
    }
  });

  it('is nobody where none is set: nothing is seen, changed or written', async () => {
    for (const table of tables) {
      const [row] = await mine.app<{ count: number }[]>`select count(*)::int as count from ${mine.app(table)}`;
      expect([table, row?.count]).toEqual([table, 0]);
      const emptied = mine.app`update ${mine.app(table)} set tenant_id = tenant_id`;
      const changed = await emptied.then(
        (done) => done.count,
        (error: { code: string }) => error.code,
      );
      expect([0, denied], table).toContain(changed);
    }
  });

  it('points at no row of another tenant: every composite foreign key refuses', async () => {
    const keys = await mine.owner<{ name: string; child: string; parent: string; column: string; target: string }[]>`
      select k.conname as name, k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent,
             own.attname as column, at.attname as target
      from pg_constraint k
      cross join lateral unnest(k.conkey, k.confkey) pair(own, other)
      join pg_attribute own on own.attrelid = k.conrelid and own.attnum = pair.own
      join pg_attribute at on at.attrelid = k.confrelid and at.attnum = pair.other
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and own.attname <> 'tenant_id'`;
    expect(keys.length).toBeGreaterThan(20);
    for (const { name, child, parent, column, target } of keys) {
      const pointing = mine.owner.begin(async (sql) => {
        const done = await sql`
          update ${sql(child)} set ${sql(column)} = (
            select ${sql(target)} from ${sql(parent)} where tenant_id = ${other.tenantId} limit 1)
          where ctid = (
            select ctid from ${sql(child)} where tenant_id = ${mine.tenantId} order by ${sql(column)} is null limit 1)`;
        throw new Error(`${done.count} rows now point at another tenant`);
      });
      await expect(pointing, name).rejects.toMatchObject({ code: '23503', constraint_name: name });
    }
  });
});

describe('a pooled connection', () => {
  it('carries no tenant over, whether its transaction committed, failed or read only', async () => {
    await asMe((sql) => sql`select 1`);
    await refused((sql) => sql`select 1 / 0`);
    const settings = await Promise.all(
      Array.from({ length: 8 }, () => mine.app`select coalesce(current_setting('app.tenant_id', true), '') as tenant`),
    );
    expect(new Set(settings.map(([row]) => row?.['tenant']))).toEqual(new Set(['']));
  });
});

describe('the ledger', () => {
  const entry = (account: string, amountMinor: number, position: number, transactionId = 'ltx_new') => ({
    ...{ tenantId: mine.tenantId, transactionId, position, kind: 'test', account, currency: 'USD', amountMinor },
    at: new Date(),
  });
  const insert = (entries: readonly object[]) =>
    refused((sql) => sql`insert into ledger_entries ${sql(entries as never)}`);

  it('takes a balanced transaction', async () => {
    expect(await insert([entry('receivable', 100, 0), entry('revenue', -100, 1)])).toBeNull();
  });

  it.each([
    ['unbalanced', () => [entry('receivable', 100, 0), entry('revenue', -99, 1)]],
    ['one-sided', () => [entry('receivable', 100, 0)]],
    [
      'balanced only over two currencies',
      () => [entry('receivable', 5, 0), { ...entry('revenue', -5, 1), currency: 'EUR' }],
    ],
    ['balanced only over two transactions', () => [entry('receivable', 5, 0), entry('revenue', -5, 1, 'ltx_other')]],
    ['of nothing', () => [entry('receivable', 0, 0), entry('revenue', 0, 1)]],
  ])('refuses a transaction that is %s', async (_how, entries) => {
    expect(await insert(entries())).toBe('23514');
  });

  it('is never changed and never deleted', async () => {
    expect(await refused((sql) => sql`update ledger_entries set amount_minor = amount_minor`)).toBe(denied);
    expect(await refused((sql) => sql`delete from ledger_entries`)).toBe(denied);
    expect(await refused((sql) => sql`truncate ledger_entries`)).toBe(denied);
  });
});
