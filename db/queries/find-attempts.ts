import type { AttemptId } from '../../domain/ids.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export interface KnownAttempt {
  id: AttemptId;
  provider: string;
  providerChargeId: string | null;
  status: AttemptStatus;
}

/** The tenant's attempts that any of these names, by our id or by the provider's; nothing is locked. */
export async function findAttemptsOfCharges(
  { sql, tenantId }: TenantTransaction,
  charges: readonly { attemptId: string | null; providerChargeId: string | null }[],
): Promise<KnownAttempt[]> {
  if (charges.length === 0) return [];
  const named = (ids: (string | null)[]) => [...new Set(ids.filter((id) => id !== null))];
  const ids = named(charges.map(({ attemptId }) => attemptId));
  const chargeIds = named(charges.map(({ providerChargeId }) => providerChargeId));
  // One look into an index per id: what PostgreSQL knows of an average tenant does not lead it over all rows of a large one.
  return sql<KnownAttempt[]>`
    select a.* from unnest(${ids}::text[]) as named(id)
    cross join lateral (
      select id, provider, provider_charge_id, status from payment_attempts
      where tenant_id = ${tenantId} and payment_attempts.id = named.id limit 1) a
    union
    select a.* from unnest(${chargeIds}::text[]) as named(id)
    cross join lateral (
      select id, provider, provider_charge_id, status from payment_attempts
      where tenant_id = ${tenantId} and provider_charge_id = named.id limit 5) a`;
}
