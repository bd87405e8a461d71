import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Sql } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { createLogger } from '../runtime/logger.ts';
import { signUp, storeWebhook, subscribe } from '../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { operatorKey } from '../tests/support/operator.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { createAuditChain } from './audit/audit-chain.ts';
import { sealTenant } from './audit/seal-audit.ts';
import { verifyAudit } from './audit/verify-audit.ts';
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

/** Nobody else's in the whole database. */
const mark = crypto.randomUUID().slice(0, 8);
const marks = [`ada.${mark}@example.com`, `Ada ${mark}`, `a word about ada-${mark}`, `whsec_of_ada_${mark}`];
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
  const asked = await post(`/payments/${made.paymentId}/refund-requests`, { amount: 1, reason: marks[2] });
  await post(`/admin/refund-requests/${asked.body.refund_request_id}/decline`, {
    ...{ note: marks[2], customer_message: marks[2] },
  });
  await post(`/payments/${made.paymentId}/refunds`, { amount: 2, note: marks[2] });
  await post('/admin/webhook-endpoints', { provider: 'custom', secret: `${marks[3]}_0123456789` });
  await api.call('PUT', '/v1/admin/provider-accounts/stripe', {
    key,
    body: { credentials: { secret_key: `sk_test_${marks[3]}` } },
  });
  const lines = [{ description: marks[2], amount: 500 }];
  const byHand = await post('/admin/invoices', {
    customer_id: made.customerId,
    currency: 'USD',
    lines,
    memo: marks[2],
  });
  await refundByHand(key, byHand.body.invoice_id);
  await post('/invitations', { email: `x${marks[0]}`, role: 'viewer' });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  await api.call('POST', '/v1/customers', { key, body: customer, headers });
  const other = await signUp(api, tenant, { customer });
  const gone = await post('/subscriptions', { customer_id: other.customerId, plan_id: other.planId });
  await api.call('DELETE', `/v1/subscriptions/${gone.body.subscription_id}`, {
    key,
    body: { at: 'now', reason: marks[2] },
  });
  await storeWebhook(api, tenantId, { body: Buffer.from(JSON.stringify({ name: marks[1] })) });
  await insertPerson(tenantId, `usr_ada_${mark}`, marks[0] ?? '');
  await api.owner`insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
    values (${tenantId}, 'invt_ada', ${marks[0] ?? ''}, 'admin', 'hash', 'usr_ada', now() + interval '1 day')`;
  return { ...tenant, subscriptionId: made.subscriptionId };
}

/** A manual invoice, paid and given back: what its line says stands on the credit note too. */
async function refundByHand(key: string, invoiceId: string): Promise<void> {
  const path = `/v1/admin/invoices/${invoiceId}`;
  await api.call('POST', `${path}/finalize`, { key });
  await api.call('POST', `${path}/pay`, { key });
  const paid = async () => (await api.call('GET', `/v1/invoices/${invoiceId}`, { key })).body.status;
  await expect.poll(paid).toBe('paid');
  const [payment] = await api.owner`select id from payments where invoice_id = ${invoiceId}`;
  const refunded = await api.call('POST', `/v1/payments/${payment?.['id']}/refunds`, { key, body: {} });
  expect(refunded.status, refunded.text).toBe(201);
}

async function insertPerson(tenantId: TenantId, userId: string, email: string): Promise<void> {
  const { owner } = api;
  await owner`insert into identity.users (id, email, name) values (${userId}, ${email}, ${marks[1] ?? ''})
    on conflict do nothing`;
  const grant = {
    model: 'Grant',
    id: `${userId}.${tenantId}`,
    payload: owner.json({ accountId: `${userId}.${tenantId}` }),
  };
  await owner`insert into identity.oidc_records ${owner(grant)}`;
  await owner`insert into memberships (tenant_id, id, email, name, role)
    values (${tenantId}, ${userId}, ${email}, ${marks[1] ?? ''}, 'owner')`;
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

/** Every row of every table, as a dump would hold it. */
async function findMarks(): Promise<string[]> {
  const tables = await api.owner<{ name: string; schema: string }[]>`
    select tablename as name, schemaname as schema from pg_tables where schemaname in ('public', 'identity')`;
  const wanted = marks.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
  const found: string[] = [];
  for (const { name, schema } of tables) {
    const rows = await api.owner`
      select 1 from ${api.owner(`${schema}.${name}`)} t, unnest(${wanted}::text[]) as wanted (text)
      where position(wanted.text in to_jsonb(t)::text) > 0 limit 1`;
    if (rows.length > 0) found.push(name);
  }
  return found.sort();
}

describe('a tenant whose grace is over', () => {
  it('keeps its money’s history and nothing personal, no credential, and nothing alive', async () => {
    const { tenantId, subscriptionId, apiKey } = await live();
    expect(await findMarks()).toEqual([
      ...['audit_log', 'credit_note_lines', 'credit_notes', 'customers', 'idempotency_keys', 'inbox', 'invitations'],
      ...[
        'invoice_lines',
        'invoices',
        'memberships',
        'outbox',
        'refund_requests',
        'refunds',
        'subscriptions',
        'timeline',
      ],
      'users',
    ]);
    await sealTenant({ system, chain, logger }, tenantId);
    const notes = () =>
      api.owner`select id, number, total_minor, created_at from credit_notes where tenant_id = ${tenantId} order by id`;
    const booked = await notes();
    const ledger =
      await api.owner`select * from ledger_entries where tenant_id = ${tenantId} and kind <> 'invoice_voided'`;
    await ask(tenantId);
    await eraseRound();
    expect(await statusOf(tenantId)).toBe('deleting');
    await published(tenantId);
    await eraseRound();
    expect(await statusOf(tenantId)).toBe('deleted');
    expect(await findMarks()).toEqual([]);
    expect(await notes()).toEqual(booked);
    await sealTenant({ system, chain, logger }, tenantId);
    const { breaks, rows } = await verifyAudit(api.owner, chain, { tenantId, toleratedMs: 60_000 });
    expect([breaks, rows > 10]).toEqual([[], true]);
    const granted =
      await api.owner`select 1 from identity.oidc_records where payload->>'accountId' like ${`usr_ada_${mark}%`}`;
    expect(granted).toHaveLength(0);
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

  it('keeps the account of who has a place elsewhere, and of operators', async () => {
    const [gone, other] = [await api.makeTenant(), await api.makeTenant()];
    const people = ['both', 'operator', 'alone'].map((name) => `usr_${name}_${mark}`);
    for (const id of people) await insertPerson(gone.tenantId, id, `${id}@example.com`);
    await insertPerson(other.tenantId, people[0] ?? '', `${people[0]}@example.com`);
    await api.owner`update identity.users set is_operator = true where id = ${people[1] ?? ''}`;
    await ask(gone.tenantId);
    await eraseRound();
    expect(await statusOf(gone.tenantId)).toBe('deleted');
    const left = await api.owner<
      { id: string }[]
    >`select id from identity.users where id = any(${people}::text[]) order by id`;
    expect(left.map(({ id }) => id)).toEqual(people.slice(0, 2).sort());
    const places = await api.owner`select 1 from memberships where tenant_id = ${other.tenantId}`;
    expect(places).toHaveLength(1);
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
