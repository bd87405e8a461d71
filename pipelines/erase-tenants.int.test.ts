import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Sql } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { createLogger } from '../runtime/logger.ts';
import { signUp, storeWebhook, subscribe } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { operatorKey } from '../tests/support/operator.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { createAuditChain } from './audit/audit-chain.ts';
import { eraseDue } from './erase-tenants.ts';

let api: ApiHarness;
let system: Sql;
beforeAll(async () => {
  api = await startApiHarness();
  system = openDatabase(stackEnv().systemDatabaseUrl, { max: 2, name: 'test-erasure' });
});
afterAll(async () => {
  await api.stop();
  await system.end();
});

const marks = ['ada.lovelace@example.com', 'Ada Lovelace', 'a word about Ada', 'whsec_of_ada_lovelace'];
const logged: string[] = [];
const chain = createAuditChain([{ name: 'k1', secret: 'the secret of a test’s chain' }]);
const logger = createLogger('test', { destination: { write: (line) => void logged.push(line) } });

const eraseRound = () => eraseDue({ context: api.context, system, chain, logger }, new AbortController().signal);

/** A tenant with something personal in every place that takes it. */
async function live(): Promise<TestTenant & { subscriptionId: string }> {
  const tenant = await api.makeTenant();
  const { tenantId, apiKey: key } = tenant;
  const customer = { email: marks[0], name: marks[1], country: 'GB', metadata: { note: marks[2] } };
  const made = await subscribe(api, tenant, { customer });
  const post = (path: string, body: object) => api.call('POST', `/v1${path}`, { key, body });
  await post(`/payments/${made.paymentId}/refund-requests`, { amount: 1, reason: marks[2] });
  await post('/admin/webhook-endpoints', { provider: 'custom', secret: `${marks[3]}_0123456789` });
  await api.call('PUT', '/v1/admin/provider-accounts/stripe', {
    key,
    body: { credentials: { secret_key: `sk_test_${marks[3]}` } },
  });
  const lines = [{ description: marks[2], amount: 500 }];
  await post('/admin/invoices', { customer_id: made.customerId, currency: 'USD', lines, memo: marks[2] });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  await api.call('POST', '/v1/customers', { key, body: customer, headers });
  const other = await signUp(api, tenant, { customer });
  const gone = await post('/subscriptions', { customer_id: other.customerId, plan_id: other.planId });
  await api.call('DELETE', `/v1/subscriptions/${gone.body.subscription_id}`, {
    key,
    body: { at: 'now', reason: marks[2] },
  });
  await storeWebhook(api, tenantId, { body: Buffer.from(JSON.stringify({ name: marks[1] })) });
  await api.owner`insert into memberships (tenant_id, id, email, name, role)
    values (${tenantId}, 'usr_ada', ${marks[0] ?? ''}, ${marks[1] ?? ''}, 'owner')`;
  await api.owner`insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
    values (${tenantId}, 'invt_ada', ${marks[0] ?? ''}, 'admin', 'hash', 'usr_ada', now() + interval '1 day')`;
  return { ...tenant, subscriptionId: made.subscriptionId };
}

async function ask(tenantId: TenantId, body: object = { export_waived: true }): Promise<void> {
  await published(tenantId);
  const asked = { reason: 'closed', grace_days: 0, ...body };
  const answer = await api.call('DELETE', `/v1/tenants/${tenantId}`, { key: operatorKey, body: asked });
  expect(answer.status, answer.text).toBe(200);
}

/** As the relay would have. */
const published = (tenantId: TenantId) =>
  api.owner`update outbox set published_at = now() where tenant_id = ${tenantId} and published_at is null`;

const statusOf = async (tenantId: TenantId) =>
  (await api.owner`select status from tenants where tenant_id = ${tenantId}`)[0]?.['status'];

async function findMarks(tenantId: TenantId): Promise<string[]> {
  const tables = await api.owner<
    { name: string }[]
  >`select tablename as name from pg_tables where schemaname = 'public'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await api.owner<{ text: string }[]>`
      select to_jsonb(t)::text as text from ${api.owner(name)} t where tenant_id = ${tenantId}`;
    for (const { text } of rows) {
      const hex = marks.find((mark) => text.includes(Buffer.from(mark).toString('hex')));
      const mark = hex ?? marks.find((one) => text.includes(one));
      if (mark) found.push(`${name}: ${mark}`);
    }
  }
  return [...new Set(found)].sort();
}

describe('a tenant whose grace is over', () => {
  it('keeps its money’s history and nothing personal, no credential, and nothing alive', async () => {
    const { tenantId, subscriptionId, apiKey } = await live();
    const before = await findMarks(tenantId);
    expect(new Set(before.map((place) => place.split(':')[0]))).toEqual(
      new Set([
        ...['customers', 'inbox', 'idempotency_keys', 'invitations', 'invoice_lines', 'invoices', 'memberships'],
        ...['outbox', 'refund_requests', 'subscriptions', 'timeline'],
      ]),
    );
    const ledger =
      await api.owner`select * from ledger_entries where tenant_id = ${tenantId} and kind <> 'invoice_voided'`;
    await ask(tenantId);
    await eraseRound();
    expect(await statusOf(tenantId)).toBe('deleting');
    await published(tenantId);
    await eraseRound();
    expect(await statusOf(tenantId)).toBe('deleted');
    expect(await findMarks(tenantId)).toEqual([]);
    const [sub] = await api.owner`select status from subscriptions where id = ${subscriptionId}`;
    expect(sub).toMatchObject({ status: 'canceled' });
    const methods = await api.owner`
      select distinct provider_method_id, last4, status from payment_methods where tenant_id = ${tenantId}`;
    expect(methods.map((row) => ({ ...row }))).toEqual([
      { providerMethodId: 'erased', last4: null, status: 'detached' },
    ]);
    const counts = await api.owner<{ kept: number; accounts: number; keys: number }[]>`
      select (select count(*) from ledger_entries where tenant_id = ${tenantId} and kind <> 'invoice_voided')::int as kept,
             (select count(*) from provider_accounts where tenant_id = ${tenantId})::int as accounts,
             (select count(*) from api_keys where tenant_id = ${tenantId} and revoked_at is null)::int as keys`;
    expect(counts[0]).toEqual({ kept: ledger.length, accounts: 0, keys: 0 });
    const audits = await api.owner<{ tenantId: string }[]>`
      select tenant_id from audit_log where action = 'tenant.deleted' and resource_id = ${tenantId}`;
    expect(audits.map((row) => row.tenantId).sort()).toEqual(['platform', tenantId].sort());
    await eraseRound();
    expect(
      await api.owner`select 1 from audit_log where action = 'tenant.deleted' and resource_id = ${tenantId}`,
    ).toHaveLength(2);
    const shut = await api.call('GET', '/v1/plans', { key: await api.makeKey(tenantId, 'admin') });
    expect([shut.status, apiKey.length > 0]).toEqual([401, true]);
    expect(logged.join('')).not.toContain(marks[0]);
  });

  it('waits for its export, unless that was waived', async () => {
    const tenant = await api.makeTenant();
    const key = await api.makeKey(tenant.tenantId, 'owner');
    await ask(tenant.tenantId, {});
    await eraseRound();
    expect(await statusOf(tenant.tenantId)).toBe('deleting');
    const exported = await api.call('GET', '/v1/tenant/export', { key });
    expect(exported.status).toBe(200);
    await eraseRound();
    expect(await statusOf(tenant.tenantId)).toBe('deleted');
  });

  it('waits for what a provider has not decided', async () => {
    const tenant = await api.makeTenant();
    const { paymentId } = await subscribe(api, tenant);
    await api.owner`update payment_attempts set status = 'unknown', resolve_at = 'infinity' where payment_id = ${paymentId}`;
    await ask(tenant.tenantId);
    await eraseRound();
    await published(tenant.tenantId);
    await eraseRound();
    expect(await statusOf(tenant.tenantId)).toBe('deleting');
    await api.owner`update payment_attempts set status = 'succeeded' where payment_id = ${paymentId}`;
    await eraseRound();
    expect(await statusOf(tenant.tenantId)).toBe('deleted');
  });

  it('is left alone while its grace lasts, and when its deletion was taken back', async () => {
    const [waiting, back] = [await api.makeTenant(), await api.makeTenant()];
    await ask(waiting.tenantId, { grace_days: 1, export_waived: true });
    await ask(back.tenantId, { grace_days: 1, export_waived: true });
    await api.call('POST', `/v1/tenants/${back.tenantId}/cancel-deletion`, { key: operatorKey, body: {} });
    await eraseRound();
    expect([await statusOf(waiting.tenantId), await statusOf(back.tenantId)]).toEqual(['deleting', 'active']);
  });
});
