import { DomainError } from '../../domain/errors.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { countOf, type QuotaName } from './tenants.ts';

const namesOf: Record<QuotaName, string> = {
  subscriptions: 'live subscriptions',
  plans: 'active plans',
  api_keys: 'API keys',
  users: 'users',
};

/**
 * In the transaction that makes one more: refuses it where the operator's limit is reached. Only where there is a limit do
 * creates of one tenant wait for each other, so that two of them cannot both take the last place.
 */
export async function refuseOverQuota(tx: TenantTransaction, of: QuotaName): Promise<void> {
  const { sql, tenantId } = tx;
  const [row] = await sql<{ max: number | null }[]>`
    select (limits->>${of}::text)::int as max from tenants where tenant_id = ${tenantId}`;
  await refuseOver(tx, of, row?.max ?? null);
}

/** The same where the limit is known already. */
export async function refuseOver(tx: TenantTransaction, of: QuotaName, max: number | null): Promise<void> {
  if (max === null) return;
  const { sql, tenantId } = tx;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quota of ${of} ${tenantId}`}, 0))`;
  const [counted] = await sql<{ count: number }[]>`${countOf(sql, tenantId, of)}`;
  if ((counted?.count ?? 0) < max) return;
  throw new DomainError(
    'quota_reached',
    `The limit of ${max} ${namesOf[of]} is reached: end or remove one, or ask the platform's operator for more.`,
    { limit: of, maximum: max },
  );
}
