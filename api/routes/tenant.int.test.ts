import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { exportedTables, unexportedTables } from '../../db/queries/export-tables.ts';
import { signUp, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { operatorKey } from '../../tests/support/operator.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

const own = (key: string, method: string, path = '', body?: object) =>
  api.call(method, `/v1/tenant${path}`, { key, ...(body === undefined ? {} : { body }) });

const rowOf = async (tenantId: string) => {
  const [row] = await api.owner`select * from tenants where tenant_id = ${tenantId}`;
  return row as Record<string, unknown>;
};

const ownerKey = ({ tenantId }: TestTenant) => api.makeKey(tenantId, 'owner');

describe('a tenant', () => {
  it('reads itself, with what it uses', async () => {
    const tenant = await api.makeTenant();
    await subscribe(api, tenant);
    const { status, body } = await own(tenant.apiKey, 'GET');
    expect([status, body.tenant_id, body.mode, body.status]).toEqual([200, tenant.tenantId, 'sandbox', 'active']);
    expect(body.usage).toEqual({ subscriptions: 1, plans: 1, api_keys: 1, users: 0 });
    expect(body.settings).toEqual({});
  });

  it('changes its settings one by one, and takes them away by null, in the words billing reads', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    const dunning = { base_delay_seconds: 3_600, attempt_count_max: 3, final_action: 'pause' };
    const settings = { help_url: 'https://help.example.com', dunning, amount_max: { USD: 5_000 } };
    const first = await own(apiKey, 'PUT', '', { name: 'Shop', settings });
    expect(first.body).toMatchObject({ name: 'Shop', settings });
    const second = await own(apiKey, 'PUT', '', { settings: { dunning: null, disputes: { on_lost: 'pause' } } });
    expect(second.body.settings).toEqual({
      ...{ help_url: 'https://help.example.com', amount_max: { USD: 5_000 }, disputes: { on_lost: 'pause' } },
    });
    expect(await rowOf(tenantId)).toMatchObject({
      settings: { amountMaxMinor: { USD: 5_000 }, disputes: { onLost: 'pause' } },
    });
    await own(apiKey, 'PUT', '', { settings: {} });
    const audits =
      await api.owner`select details from audit_log where tenant_id = ${tenantId} and action = 'tenant.changed'`;
    expect(audits).toHaveLength(2);
  });

  it.each([
    [{ settings: { help_url: 'javascript:alert(1)' } }, 'settings.help_url'],
    [{ settings: { timezone: 'Mars/Olympus' } }, 'settings.timezone'],
    [{ settings: { dunning: { attempt_count_max: 11 } } }, 'settings.dunning.attempt_count_max'],
    [{ settings: { amountMaxMinor: 1 } }, 'settings.amountMaxMinor'],
    [{ limits: { plans: 1_000 } }, 'limits'],
    [{ mode: 'live' }, 'mode'],
  ])('is refused %j', async (body, field) => {
    const { apiKey } = await api.makeTenant();
    const answer = await own(apiKey, 'PUT', '', body);
    expect([answer.status, answer.body.field]).toEqual([400, field]);
  });

  it('is changed by its administrators, and goes by the word of its owner alone', async () => {
    const tenant = await api.makeTenant();
    const viewer = await api.makeKey(tenant.tenantId, 'viewer');
    expect((await own(viewer, 'GET')).status).toBe(200);
    expect((await own(viewer, 'PUT', '', { name: 'Mine' })).status).toBe(403);
    expect((await own(viewer, 'GET', '/export')).status).toBe(403);
    expect((await own(tenant.apiKey, 'DELETE', '', { confirm: 'Test' })).status).toBe(403);
  });
});

describe('limits', () => {
  const limit = (tenantId: string, limits: object) =>
    api.call('PUT', `/v1/tenants/${tenantId}`, { key: operatorKey, body: { limits } });

  it('hold for plans, also when many are made at once, and free a place when one is archived', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    await limit(tenantId, { plans: 2 });
    const plan = { name: 'Basic', amount: 100, currency: 'USD', interval: 'month' };
    const make = () => api.call('POST', '/v1/plans', { key: apiKey, body: plan });
    const made = await Promise.all(Array.from({ length: 6 }, make));
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    const refused = made.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'quota_reached', limit: 'plans', maximum: 2 });
    const kept = made.find(({ status }) => status === 201);
    await api.call('POST', `/v1/plans/${kept?.body.plan_id}/archive`, { key: apiKey, body: {} });
    expect((await make()).status).toBe(201);
  });

  it('hold for live subscriptions', async () => {
    const tenant = await api.makeTenant();
    await limit(tenant.tenantId, { subscriptions: 1 });
    const { customerId, planId } = await signUp(api, tenant);
    const body = { customer_id: customerId, plan_id: planId };
    const make = () => api.call('POST', '/v1/subscriptions', { key: tenant.apiKey, body });
    const made = await Promise.all([make(), make(), make()]);
    expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const id = made.find(({ status }) => status === 201)?.body.subscription_id;
    await api.call('DELETE', `/v1/subscriptions/${id}`, { key: tenant.apiKey, body: { at: 'now' } });
    expect((await make()).status).toBe(201);
  });
});

describe('the export', () => {
  it('names every table of the tenant’s, or why not', async () => {
    const tables = await api.owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`;
    expect([...exportedTables, ...unexportedTables].sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('has every row of the tenant and none of another, no secret, and an end', async () => {
    const [tenant, other] = [await api.makeTenant(), await api.makeTenant()];
    await Promise.all([subscribe(api, tenant), subscribe(api, other)]);
    const endpoint = { provider: 'custom', secret: 'a secret of a webhook endpoint' };
    await api.call('POST', '/v1/admin/webhook-endpoints', { key: tenant.apiKey, body: endpoint });
    const { status, text } = await own(tenant.apiKey, 'GET', '/export');
    expect(status).toBe(200);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ end: true, rows: lines.length - 1 });
    const rows = lines.slice(0, -1) as { table: string; row: Record<string, unknown> }[];
    expect(new Set(rows.map(({ row }) => row['tenant_id']))).toEqual(new Set([tenant.tenantId]));
    const [stored] = await api.owner`select secret_hash from api_keys where tenant_id = ${tenant.tenantId}`;
    expect(text).not.toContain(stored?.['secretHash']);
    for (const table of ['customers', 'subscriptions', 'payments', 'ledger_entries', 'audit_log']) {
      const [count] = await api.owner`
        select count(*)::int as count from ${api.owner(table)} where tenant_id = ${tenant.tenantId} and true`;
      const exported = rows.filter((row) => row.table === table).length;
      // The export itself is audited after what it shows.
      expect([table, exported]).toEqual([table, count?.['count'] - (table === 'audit_log' ? 1 : 0)]);
    }
    const secretColumns = ['secret', 'credentials', 'secret_hash', 'token_hash', 'sealed_by'];
    expect(rows.filter(({ row }) => secretColumns.some((column) => column in row))).toEqual([]);
    expect((await rowOf(tenant.tenantId))['exportedAt']).not.toBeNull();
  });

  it('shows no link that opens an account or a place, neither before it is sent on nor after', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    const user = newId('user');
    await api.owner`insert into identity.users (id, email) values (${user}, ${`${user}@people.example`})`;
    await api.owner`insert into memberships (tenant_id, id, email, role)
      values (${tenantId}, ${user}, ${`${user}@people.example`}, 'viewer')`;
    const ask = (path: string, body: object) => api.call('POST', `/v1${path}`, { key: apiKey, body });
    const answers = [
      await ask('/invitations', { email: 'grace@people.example', role: 'viewer' }),
      await ask(`/users/${user}/password-reset`, {}),
    ];
    const tokens = answers.map(({ body }) => /^https:.*\/([\w-]{43})$/.exec(body.url)?.[1] ?? 'none was made');
    const shownIn = (text: string) => tokens.filter((token) => text.includes(token));
    const rows = async () => JSON.stringify(await api.owner`select * from outbox where tenant_id = ${tenantId}`);
    const exported = async () => (await own(apiKey, 'GET', '/export')).text;
    expect(shownIn(await rows()), 'senders are told').toEqual(tokens);
    expect(await exported()).toMatch(/"kind": "password_reset"/);
    expect(shownIn(await exported())).toEqual([]);
    await api.owner`update outbox set published_at = now() where tenant_id = ${tenantId}`;
    expect(shownIn((await rows()) + (await exported()))).toEqual([]);
  });

  it('whose reader leaves is not noted, and leaves its place', async () => {
    const { tenantId, apiKey } = await api.makeTenant();
    await api.owner`insert into customers (tenant_id, id, email, metadata)
      select ${tenantId}, 'cus_' || n, 'a@example.com', jsonb_build_object('filler', repeat('x', 2000))
      from generate_series(1, 20000) n`;
    const leaving = new AbortController();
    const answer = await fetch(`${api.url}/v1/tenant/export`, {
      headers: { authorization: `Bearer ${apiKey}` },
      signal: leaving.signal,
    });
    await answer.body?.getReader().read();
    const meanwhile = await own(apiKey, 'GET', '/export');
    expect([meanwhile.status, meanwhile.body.code]).toEqual([503, 'overloaded']);
    leaving.abort();
    await expect.poll(async () => (await own(apiKey, 'GET', '/export')).status, { timeout: 15_000 }).toBe(200);
    const exports =
      await api.owner`select 1 from audit_log where tenant_id = ${tenantId} and action = 'tenant.exported'`;
    expect(exports).toHaveLength(1);
  });
});

describe('deleting', () => {
  it('asks for the name, stops everything but the export, and waits for that', async () => {
    const tenant = await api.makeTenant();
    const key = await ownerKey(tenant);
    const wrong = await own(key, 'DELETE', '', { confirm: 'test' });
    expect([wrong.status, wrong.body.field]).toEqual([400, 'confirm']);
    await own(key, 'GET', '/export');
    const asked = await own(key, 'DELETE', '', { confirm: 'Test', grace_days: 1 });
    expect(asked.body).toMatchObject({ status: 'deleting', exported_at: null, deletion: { waits_for: 'export' } });
    const later = await ownerKey(tenant);
    const shut = await api.call('GET', '/v1/plans', { key: later });
    expect([shut.status, shut.body.code]).toEqual([403, 'forbidden']);
    const change = await own(later, 'PUT', '', { name: 'Another' });
    expect([change.status, change.body.code]).toEqual([409, 'invalid_state']);
    const again = await own(later, 'DELETE', '', { confirm: 'Test' });
    expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
    expect((await own(later, 'GET', '/export')).status).toBe(200);
    expect((await own(later, 'GET')).body.deletion).toMatchObject({ waits_for: 'grace' });
    const audits = await api.owner<{ action: string }[]>`
      select action from audit_log where tenant_id = ${tenant.tenantId} and action like 'tenant.%' order by at, id`;
    expect(audits.map(({ action }) => action)).toEqual([
      ...['tenant.created', 'tenant.exported', 'tenant.deletion_requested', 'tenant.exported'],
    ]);
  });
});
