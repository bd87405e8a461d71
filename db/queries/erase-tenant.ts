import type { InvoiceId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type AuditRow, digestedForm } from './audit-chain.ts';

export interface DueErasure {
  tenantId: TenantId;
  deleteAfter: Instant;
}

/** Tenants whose grace is over and who have their export or want none; as the system role. */
export function findDueErasures(system: Sql, limit: number): Promise<DueErasure[]> {
  return system<DueErasure[]>`
    select tenant_id, delete_after from tenants
    where status = 'deleting' and delete_after <= now() and (export_waived or exported_at is not null)
    order by delete_after limit ${limit}`.then((rows) => [...rows]);
}

/** What a tenant still has that is to be ended before anything is erased. */
export async function findLiving(
  { sql, tenantId }: TenantTransaction,
  limit: number,
): Promise<{ subscriptions: SubscriptionId[]; invoices: InvoiceId[] }> {
  const [subscriptions, invoices] = await Promise.all([
    sql<{ id: SubscriptionId }[]>`
      select id from subscriptions
      where tenant_id = ${tenantId} and status not in ('canceled', 'expired', 'payment_failed') limit ${limit}`,
    sql<{ id: InvoiceId }[]>`
      select id from invoices i
      where tenant_id = ${tenantId} and subscription_id is null and status in ('draft', 'open')
        and not exists (select 1 from payment_attempts a where a.tenant_id = i.tenant_id and a.invoice_id = i.id
          and a.status in ('sent', 'unknown', 'requires_action', 'needs_review'))
      limit ${limit}`,
  ]);
  return { subscriptions: subscriptions.map(({ id }) => id), invoices: invoices.map(({ id }) => id) };
}

/** Money that may be moving at a provider, and events that nobody has carried out of the house yet. */
export async function countUnderWay({ sql, tenantId }: TenantTransaction): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select (select count(*) from payment_attempts where tenant_id = ${tenantId}
              and status in ('sent', 'unknown', 'requires_action'))::int
         + (select count(*) from refunds where tenant_id = ${tenantId}
              and status in ('requested', 'sent', 'unknown', 'pending'))::int
         + (select count(*) from outbox where tenant_id = ${tenantId} and published_at is null)::int as count`;
  return row.count;
}

interface Erasure {
  table: string;
  /** What is written in place of it; null: the rows go. */
  set: ((sql: Transaction) => ReturnType<Transaction>) | null;
  /** Which rows still have it, so that a second run goes on where the first ended. */
  left: (sql: Transaction) => ReturnType<Transaction>;
}

/** In place of a text that must be there. */
const erased = 'erased';

/** Credentials first: from then on nothing can be asked of anybody in the tenant's name. */
const erasures: readonly Erasure[] = [
  { table: 'provider_accounts', set: null, left: (sql) => sql`true` },
  { table: 'webhook_endpoints', set: null, left: (sql) => sql`true` },
  {
    table: 'api_keys',
    set: (sql) =>
      sql`secret_hash = ${erased}, owner = ${erased}, name = null, revoked_at = coalesce(revoked_at, now())`,
    left: (sql) => sql`secret_hash <> ${erased}`,
  },
  {
    table: 'oauth_clients',
    set: (sql) => sql`
      name = ${erased}, secret = null, sealed_by = null, jwks = null, redirect_uris = '{}',
      revoked_at = coalesce(revoked_at, now())`,
    left: (sql) => sql`name <> ${erased}`,
  },
  { table: 'memberships', set: null, left: (sql) => sql`true` },
  { table: 'saved_views', set: null, left: (sql) => sql`true` },
  {
    table: 'invitations',
    set: (sql) => sql`email = ${erased}, token_hash = ${erased},
      status = case status when 'open' then 'revoked' else status end`,
    left: (sql) => sql`email <> ${erased}`,
  },
  {
    table: 'customers',
    set: (sql) => sql`
      email = ${erased}, name = null, country = null, language = null, metadata = '{}', status = 'inactive', default_payment_method_id = null`,
    left: (sql) => sql`email <> ${erased}`,
  },
  {
    table: 'payment_methods',
    set: (sql) => sql`
      provider_method_id = ${erased}, brand = ${erased}, last4 = null, exp_month = null, exp_year = null, status = 'detached'`,
    left: (sql) => sql`provider_method_id <> ${erased}`,
  },
  {
    table: 'method_setups',
    set: (sql) => sql`url = null, return_url = ${erased}, provider_setup_id = null, message = null`,
    left: (sql) => sql`return_url <> ${erased}`,
  },
  {
    table: 'subscriptions',
    set: (sql) =>
      sql`metadata = '{}', cancel_reason = null, parked = null, pending_lines = '[]', last_result = ${erased}`,
    left: (sql) => sql`metadata <> '{}' or cancel_reason is not null or parked is not null or last_result <> ${erased}`,
  },
  {
    table: 'payment_attempts',
    set: (sql) => sql`provider_method_id = ${erased}, message = null, action_url = null, claim_key = null`,
    left: (sql) => sql`provider_method_id <> ${erased}`,
  },
  {
    table: 'carriers',
    set: (sql) => sql`parked = null, last_result = ${erased}`,
    left: (sql) => sql`last_result <> ${erased}`,
  },
  { table: 'payments', set: (sql) => sql`last_error = null`, left: (sql) => sql`last_error is not null` },
  {
    table: 'refund_requests',
    set: (sql) => sql`reason = ${erased}, decision_note = null, customer_message = null`,
    left: (sql) => sql`reason <> ${erased} or decision_note is not null or customer_message is not null`,
  },
  {
    table: 'refunds',
    set: (sql) => sql`note = null, message = null`,
    left: (sql) => sql`note is not null or message is not null`,
  },
  {
    table: 'retry_tasks',
    set: (sql) => sql`provider_message = null`,
    left: (sql) => sql`provider_message is not null`,
  },
  { table: 'invoices', set: (sql) => sql`memo = null`, left: (sql) => sql`memo is not null` },
  {
    table: 'invoice_lines',
    set: (sql) => sql`description = ${erased}`,
    left: (sql) => sql`kind = 'manual' and description <> ${erased}`,
  },
  {
    table: 'inbox',
    set: (sql) => sql`body = '', fact = null, error = null`,
    left: (sql) => sql`body <> '' or fact is not null or error is not null`,
  },
  {
    table: 'outbox',
    set: (sql) => sql`envelope = jsonb_set(envelope, '{data}', '{}')`,
    left: (sql) => sql`envelope->'data' <> '{}'`,
  },
  { table: 'idempotency_keys', set: null, left: (sql) => sql`true` },
];

export const erasedTables = erasures.map(({ table }) => table);

/** One table's next rows; resolves to how many there were. Only of a tenant that is going: said again here, in the statement. */
export async function erasePage({ sql, tenantId }: TenantTransaction, table: string, limit: number): Promise<number> {
  const erasure = erasures.find((one) => one.table === table);
  if (!erasure) throw new Error(`nothing is erased of ${table}`);
  const rows = sql`ctid = any (array(
    select t.ctid from ${sql(table)} t where t.tenant_id = ${tenantId} and (${erasure.left(sql)}) and exists (
      select 1 from tenants where tenant_id = ${tenantId} and status = 'deleting' and delete_after <= clock_timestamp())
    limit ${limit}))`;
  const done = erasure.set
    ? await sql`update ${sql(table)} set ${erasure.set(sql)} where ${rows}`
    : await sql`delete from ${sql(table)} where ${rows}`;
  return done.count;
}

/** Books, which the app role cannot change: each by a function of its own, of a tenant that is going alone. */
export const erasedBooks = ['erase_timeline_details', 'erase_credit_note_texts'] as const;

export async function eraseBookPage(
  { sql }: TenantTransaction,
  by: (typeof erasedBooks)[number] | 'erase_people',
  limit: number,
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select ${sql(by)}(${limit}) as count`;
  return row?.count ?? 0;
}

/** Rows whose details or address are still there; those sealed before there were digests can give up nothing. */
export function listAuditToErase({ sql, tenantId }: TenantTransaction, limit: number): PromiseLike<AuditRow[]> {
  return sql<AuditRow[]>`
    select * from audit_log
    where tenant_id = ${tenantId} and (hash is null or starts_with(hash, ${digestedForm}))
      and (ip_address is not null or (details <> '{}' and (not details ? 'erased' or details - 'erased' <> '{}')))
    limit ${limit}`;
}

export async function eraseAuditDetails(
  { sql }: TenantTransaction,
  erasures: readonly { id: string; digest: string }[],
): Promise<void> {
  const [ids, digests] = [erasures.map(({ id }) => id), erasures.map(({ digest }) => digest)];
  await sql`select erase_audit_details(${ids}::text[], ${digests}::text[])`;
}

/** The last step, as the system role: false where it is done already, or was taken back. */
export async function markDeleted(sql: Transaction, tenantId: TenantId): Promise<boolean> {
  const marked = await sql`
    update tenants set status = 'deleted', status_reason = null, settings = '{}', updated_at = clock_timestamp()
    where tenant_id = ${tenantId} and status = 'deleting' and delete_after <= now()
      and (export_waived or exported_at is not null)
    returning 1`;
  return marked.length > 0;
}
