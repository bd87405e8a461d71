import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stackEnv } from '../tests/support/stack-env.ts';
import { openDatabase, type Sql } from './database.ts';

let owner: Sql;
beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'catalog-test' });
});
afterAll(() => owner.end());

const tenantIsSet = "(tenant_id = NULLIF(current_setting('app.tenant_id'::text, true), ''::text))";

describe('every table', () => {
  it('has row-level security enabled and forced', async () => {
    const tables = await owner<{ name: string; enabled: boolean; forced: boolean }[]>`
      select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
    expect(tables.length).toBeGreaterThan(20);
    expect(tables.filter(({ enabled, forced }) => !enabled || !forced)).toEqual([]);
  });

  it('lets the app role see and write the rows of the tenant that is set, by one policy and no other', async () => {
    const policies = await owner`
      select t.tablename, p.policyname, p.permissive, p.cmd, p.qual, p.with_check
      from pg_tables t
      left join pg_policies p on p.schemaname = t.schemaname and p.tablename = t.tablename
        and p.roles && array['redcore_app', 'public']::name[]
      where t.schemaname = 'public'`;
    const wanted = { policyname: 'tenant_rows', permissive: 'PERMISSIVE', cmd: 'ALL' };
    for (const policy of policies)
      expect(policy).toMatchObject({ ...wanted, qual: tenantIsSet, withCheck: tenantIsSet });
  });

  it('is keyed by its tenant first', async () => {
    const keys = await owner<{ name: string; leads: string | null }[]>`
      select c.relname as name, (
        select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and i.indisprimary) as leads
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
    expect(keys.filter(({ leads }) => leads !== 'tenant_id')).toEqual([]);
  });

  it('is planned for as if all its rows were one tenant’s', async () => {
    const columns = await owner<{ table: string; options: string[] | null }[]>`
      select c.relname as table, a.attoptions as options from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`;
    expect(columns.filter(({ options }) => !options?.includes('n_distinct=1'))).toEqual([]);
  });

  it.each([
    ['invoices', 'id', 'invoices_tenant_id_id_pk'],
    ['payments', 'id', 'payments_tenant_id_id_pk'],
    ['payment_attempts', 'id', 'payment_attempts_tenant_id_id_pk'],
    ['subscriptions', 'id', 'subscriptions_tenant_id_id_pk'],
    ['refunds', 'id', 'refunds_tenant_id_id_pk'],
    ['idempotency_keys', 'key', 'idempotency_keys_tenant_id_key_pk'],
    ['inbox', 'id', 'inbox_id'],
    ['customers', 'id', 'customers_tenant_id_id_pk'],
  ])(
    'finds a row of %s by its own key, whatever other index leads with its tenant, and however few rows it has',
    async (table, key, index) => {
      await owner.unsafe(`analyze ${table}`);
      // On the platform's own connection, whose settings keep a table of one page from being read whole.
      const plan = await owner.begin(async (sql) => {
        await sql.unsafe(`prepare one_row (text, text) as
        select 1 from ${table} where tenant_id = $1 and ${key} = $2 for key share`);
        const lines = await sql.unsafe(`explain execute one_row ('a', 'b')`);
        await sql.unsafe('deallocate one_row');
        return lines.flatMap((line) => Object.values(line)).join('\n');
      });
      expect(plan).toContain(index);
    },
  );

  it('is unique only within a tenant', async () => {
    const unique = await owner<{ index: string; leads: string }[]>`
      select i.indexrelid::regclass::text as index, a.attname as leads
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relnamespace = 'public'::regnamespace and i.indisunique`;
    expect(unique.filter(({ leads }) => leads !== 'tenant_id')).toEqual([]);
  });

  it('is indexed by tenant, but for what a system role reads across tenants', async () => {
    const across = await owner<{ index: string }[]>`
      select i.indexrelid::regclass::text as index
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where c.relnamespace = 'public'::regnamespace and a.attname <> 'tenant_id' order by 1`;
    expect(across.map(({ index }) => index)).toEqual([
      'api_keys_id',
      'audit_log_unsealed',
      'carriers_overdue',
      'idempotency_keys_expiry',
      'inbox_unpublished',
      'intents_due',
      'invitations_token',
      'memberships_user',
      'oauth_clients_id',
      'outbox_unpublished',
      'provider_accounts_ref',
      'subscriptions_overdue',
      'webhook_endpoints_id',
    ]);
  });

  it('points at other tables with its tenant on both sides', async () => {
    const foreignKeys = await owner<{ name: string; pairs: string[][] }[]>`
      select k.conname as name, (
        select json_agg(json_build_array(own.attname, other.attname) order by pair.position)
        from unnest(k.conkey, k.confkey) with ordinality pair(own, other, position)
        join pg_attribute own on own.attrelid = k.conrelid and own.attnum = pair.own
        join pg_attribute other on other.attrelid = k.confrelid and other.attnum = pair.other) as pairs
      from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace`;
    expect(foreignKeys.length).toBeGreaterThan(25);
    const withoutTenant = foreignKeys.filter(
      ({ pairs }) => !pairs.some(([own, other]) => own === 'tenant_id' && other === 'tenant_id'),
    );
    expect(withoutTenant).toEqual([]);
  });

  it('points at its tenant, directly or through another table; only the audit outlives what it tells of', async () => {
    const loose = await owner<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'tenants'
        and not exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'f') order by 1`;
    expect(loose.map(({ name }) => name)).toEqual(['audit_heads', 'audit_log', 'idempotency_keys']);
  });
});

describe('the roles of the processes', () => {
  it('neither own anything nor pass by row-level security', async () => {
    const roles = await owner`
      select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
             (select count(*)::int from pg_class where relowner = r.oid) as owned,
             (select count(*)::int from pg_auth_members where member = r.oid) as memberships
      from pg_roles r where rolname in ('redcore_app', 'redcore_identity', 'redcore_system') order by 1`;
    const none = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
    };
    expect(roles.map((role) => ({ ...role }))).toEqual(
      ['redcore_app', 'redcore_identity', 'redcore_system'].map((rolname) => ({
        rolname,
        ...none,
        owned: 0,
        memberships: 0,
      })),
    );
  });

  it('let the system role read ids, due times, the events it carries, tenants and the audit it seals, and nothing else', async () => {
    const readable = await owner<{ tableName: string; columns: string[] }[]>`
      select c.relname as table_name, array_agg(a.attname::text order by a.attname) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and has_column_privilege('redcore_system', c.oid, a.attnum, 'SELECT')
      group by 1 order by 1`;
    const byTable = Object.fromEntries(readable.map(({ tableName, columns }) => [tableName, columns]));
    expect(Object.keys(byTable)).toEqual([
      ...[
        'audit_heads',
        'audit_log',
        'carriers',
        'idempotency_keys',
        'inbox',
        'intents',
        'outbox',
        'subscriptions',
        'tenants',
      ],
      'webhook_endpoints',
    ]);
    const [ofOperators] = await owner<{ qual: string }[]>`
      select qual from pg_policies where tablename = 'idempotency_keys' and roles = array['redcore_system']::name[]`;
    expect(ofOperators?.qual).toBe("(tenant_id = 'platform'::text)");
    expect(byTable['webhook_endpoints']).not.toContain('secret');
    expect(byTable['inbox']).not.toContain('body');
    expect(byTable['subscriptions']).toEqual([
      ...['id', 'next_at', 'next_kind', 'parked_at', 'sleeping_until', 'status', 'tenant_id', 'wake_at'],
    ]);
  });

  it.each(['ledger_entries', 'audit_log', 'timeline', 'prices'])('leave %s as it was written', async (table) => {
    const [may] = await owner`
      select has_table_privilege('redcore_app', ${table}, 'UPDATE') as update,
             has_table_privilege('redcore_app', ${table}, 'DELETE') as delete,
             has_table_privilege('redcore_app', ${table}, 'TRUNCATE') as truncate`;
    expect(may).toEqual({ update: false, delete: false, truncate: false });
  });

  it('run the functions that look across tenants by exact id alone, or touch the tenant that is set alone', async () => {
    const definers = await owner<{ name: string; settings: string[] | null; open: boolean }[]>`
      select proname as name, proconfig as settings, has_function_privilege('redcore_system', oid, 'EXECUTE') as open
      from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`;
    expect(definers.map((row) => ({ ...row }))).toEqual(
      [
        ...['erase_audit_details', 'erase_credit_note_texts', 'erase_people', 'erase_timeline_details'],
        ...['find_account', 'find_api_key', 'find_customers_by_text', 'find_memberships', 'find_refused_keys'],
        ...['find_webhook_endpoints', 'request_tenant_deletion'],
      ].map((name) => ({ ...{ name, settings: ['search_path=public'], open: false } })),
    );
  });
});

it('finds customers by what a name or an e-mail begins with by index, once there are many', async () => {
  let plan = '';
  const undone = new Error('nothing of this is kept');
  const plans = owner.begin(async (sql) => {
    await sql`insert into tenants (tenant_id, name, mode) values ('tnt_planned', 'Planned', 'sandbox')`;
    await sql`insert into customers (tenant_id, id, email, name)
      select 'tnt_planned', 'cus_' || i, i || '@example.com', 'Person ' || i from generate_series(1, 2000) i`;
    await sql.unsafe('analyze customers');
    const [source] = await sql<{ text: string }[]>`
      select prosrc as text from pg_proc where proname = 'find_customers_by_text'`;
    const asked = (source?.text ?? '').replaceAll(/\bwanted\b/g, '$1').replaceAll(/\brows_max\b/g, '$2');
    await sql.unsafe(`prepare found (text, integer) as ${asked}`);
    const lines = await sql.unsafe(`explain execute found ('a', 2)`);
    plan = lines.flatMap((line) => Object.values(line)).join('\n');
    await sql.unsafe('deallocate found');
    throw undone;
  });
  await expect(plans).rejects.toBe(undone);
  for (const column of ['name', 'email']) {
    expect(plan).toMatch(new RegExp(`using customers_${column}_text .*\\n.*Index Cond: .*~>=~.*~<~`));
  }
});

describe('one row at most', () => {
  it.each([
    [
      'of an attempt whose money may have moved, per invoice',
      'payment_attempts_one_open_per_invoice',
      "(tenant_id, invoice_id) WHERE ((status = ANY (ARRAY['created'::text, 'sent'::text, 'unknown'::text, 'requires_action'::text, 'succeeded'::text, 'needs_review'::text])) AND (NOT surplus))",
    ],
    ['of an attempt by number, per payment', 'payment_attempts_number', '(tenant_id, payment_id, number)'],
    [
      'of a live renewal invoice, per period',
      'invoices_one_live_per_period',
      "(tenant_id, subscription_id, period_start_at) WHERE ((kind = 'period'::text) AND (status <> 'void'::text))",
    ],
    ['of an invoice number', 'invoices_number', '(tenant_id, number)'],
    ['of a billing run, per boundary', 'billing_runs_one_per_boundary', '(tenant_id, subscription_id, boundary_at)'],
    [
      'of a live subscription, per customer and plan group',
      'subscriptions_one_live_per_group',
      "(tenant_id, customer_id, plan_group) WHERE ((plan_group IS NOT NULL) AND (status <> ALL (ARRAY['canceled'::text, 'expired'::text, 'payment_failed'::text])))",
    ],
    [
      'of an event, per sequence of what it is about',
      'outbox_sequence',
      '(tenant_id, message_key, sequence) WHERE (sequence IS NOT NULL)',
    ],
    ['of an idempotency key', 'idempotency_keys_tenant_id_key_pk', '(tenant_id, key)'],
    [
      'of a provider’s notification',
      'inbox_tenant_id_provider_endpoint_provider_event_id_pk',
      '(tenant_id, provider, endpoint, provider_event_id)',
    ],
    [
      'of an event done, per consumer',
      'processed_events_tenant_id_consumer_event_id_pk',
      '(tenant_id, consumer, event_id)',
    ],
    ['of a dispute, per provider’s own', 'disputes_provider_dispute', '(tenant_id, provider, provider_dispute_id)'],
    [
      'of an administrator’s retry, per attempt',
      'retry_tasks_one_per_attempt',
      '(tenant_id, payment_id, attempt_number)',
    ],
    [
      'of an open refund request, per payment',
      'refund_requests_one_open_per_payment',
      "(tenant_id, payment_id) WHERE (status = 'open'::text)",
    ],
    ['of a credit note, per refund', 'credit_notes_one_per_refund', '(tenant_id, refund_id)'],
    ['of a credit note’s number', 'credit_notes_number', '(tenant_id, number)'],
    ['of a price version, per plan', 'prices_version', '(tenant_id, plan_id, version)'],
  ])('%s', async (_of, index, definition) => {
    const [row] = await owner<{ definition: string; unique: boolean }[]>`
      select pg_get_indexdef(indexrelid) as definition, indisunique and indisvalid as unique from pg_index
      where indexrelid = to_regclass(${index})`;
    expect(row?.unique).toBe(true);
    expect(row?.definition.split(' USING btree ')[1]).toBe(definition);
  });
});
