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
  return sql<KnownAttempt[]>`
    select id, provider, provider_charge_id, status from payment_attempts
    where tenant_id = ${tenantId} and id = any(${ids}::text[])
    union
    select id, provider, provider_charge_id, status from payment_attempts
    where tenant_id = ${tenantId} and provider_charge_id = any(${chargeIds}::text[])`;
}
