import type { AttemptId, PaymentId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { type AccountMode, type ProviderName, providerNames } from '../../domain/payments/provider-name.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export interface ProviderAccountRow {
  tenantId: TenantId;
  provider: string;
  mode: AccountMode;
  status: 'active' | 'credentials_refused' | 'disabled';
  statusReason: string | null;
  accountRef: string | null;
  settings: Record<string, string>;
  credentials: Uint8Array;
  sealedBy: string;
  createdAt: Instant;
  updatedAt: Instant;
}

/** What its credentials are sealed with: they open in this row and in no other. */
export function accountPurpose(row: Pick<ProviderAccountRow, 'tenantId' | 'provider' | 'mode'>): string {
  return `account/${row.tenantId}/${row.provider}/${row.mode}`;
}

export async function readTenantMode(tx: TenantTransaction): Promise<'sandbox' | 'live'> {
  const [row] = await tx.sql<[{ mode: 'sandbox' | 'live' }]>`
    select mode from tenants where tenant_id = ${tx.tenantId}`;
  return row.mode;
}

/**
 * The tenant's own accounts only, so that one of the other mode is never opened; said again of the tenant, because the owner's
 * role sees the accounts of all.
 */
const ofOwnMode = (sql: Sql | Transaction) => sql`
  a.tenant_id = nullif(current_setting('app.tenant_id', true), '') and a.mode = (select case t.mode when 'live' then 'live' else 'test' end from tenants t where t.tenant_id = a.tenant_id)`;

export function findProviderAccount(sql: Sql | Transaction, provider: string): Promise<ProviderAccountRow | null> {
  return sql<ProviderAccountRow[]>`
    select a.* from provider_accounts a where a.provider = ${provider} and ${ofOwnMode(sql)}`.then(
    ([row]) => row ?? null,
  );
}

/** A handful at most: one per provider. */
export function listProviderAccounts(sql: Sql | Transaction): Promise<ProviderAccountRow[]> {
  return sql<ProviderAccountRow[]>`
    select a.* from provider_accounts a where ${ofOwnMode(sql)} order by a.provider`.then((rows) => [...rows]);
}

/** Where a customer can be sent to: accounts in use, and the sandbox for those who test. */
export async function listUsableProviders(tx: TenantTransaction): Promise<ProviderName[]> {
  const accounts = await listProviderAccounts(tx.sql);
  const inUse = accounts.filter(({ status }) => status === 'active').map(({ provider }) => provider);
  const isSandbox = (await readTenantMode(tx)) === 'sandbox';
  return providerNames.filter((name) => (name === 'sandbox' ? isSandbox : inUse.includes(name)));
}

export async function lockProviderAccount(tx: TenantTransaction, provider: string): Promise<ProviderAccountRow | null> {
  const [row] = await tx.sql<ProviderAccountRow[]>`
    select a.* from provider_accounts a where a.provider = ${provider} and ${ofOwnMode(tx.sql)} for update`;
  return row ?? null;
}

export type StoredAccount = Omit<ProviderAccountRow, 'createdAt' | 'updatedAt'>;

/** `updated_at` is real time also under a test clock: it tells which calls were made with earlier credentials. */
export async function saveProviderAccount(tx: TenantTransaction, row: StoredAccount): Promise<ProviderAccountRow> {
  const { sql } = tx;
  const stored = { ...row, settings: sql.json(row.settings), credentials: Buffer.from(row.credentials) };
  const [saved] = await sql<[ProviderAccountRow]>`
    insert into provider_accounts ${sql(stored as never)}
    on conflict (tenant_id, provider, mode) do update
      set status = excluded.status, status_reason = excluded.status_reason, account_ref = excluded.account_ref,
          settings = excluded.settings, credentials = excluded.credentials, sealed_by = excluded.sealed_by,
          updated_at = date_trunc('milliseconds', clock_timestamp())
    returning *`;
  return saved;
}

/**
 * From active to refused, unless the account was written after the refused call opened it: those were other credentials. Null where
 * nothing changed; `announced` where the operator knows already and only asked again.
 */
export async function markCredentialsRefused(
  tx: TenantTransaction,
  refusal: { provider: string; reason: string; openedAt: Instant },
): Promise<{ announced: boolean } | null> {
  const { sql } = tx;
  const [row] = await sql<{ announced: boolean }[]>`
    with before as (
      select a.tenant_id, a.provider, a.mode, a.status_reason from provider_accounts a
      where a.provider = ${refusal.provider} and a.status = 'active' and ${ofOwnMode(sql)}
        and a.updated_at <= ${refusal.openedAt}
      for update)
    update provider_accounts p set status = 'credentials_refused', status_reason = ${refusal.reason},
           updated_at = date_trunc('milliseconds', clock_timestamp())
    from before b where p.tenant_id = b.tenant_id and p.provider = b.provider and p.mode = b.mode
    returning b.status_reason is not null as announced`;
  return row ?? null;
}

/** Waits for a provider, with its payment and that one's subscription, if it has any. */
export interface WaitingAttempt {
  id: AttemptId;
  paymentId: PaymentId;
  subscriptionId: SubscriptionId | null;
}

/** To be sent, or to be looked up. Oldest first. */
export function listWaitingAttempts(tx: TenantTransaction, provider: string, limit: number): Promise<WaitingAttempt[]> {
  return tx.sql<WaitingAttempt[]>`
    select id, payment_id, subscription_id from payment_attempts
    where tenant_id = ${tx.tenantId} and status in ('not_sent', 'unknown') and provider = ${provider}
    order by id limit ${limit}`.then((rows) => [...rows]);
}
