import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { BillingRunRow } from './billing-rows.ts';

/** The run whose period began at `boundaryAt`; its end moves with a resume or a new billing date. */
export async function loadCurrentRun(
  tx: TenantTransaction,
  subscriptionId: SubscriptionId,
  boundaryAt: Instant,
): Promise<BillingRunRow | null> {
  const [row] = await tx.sql<BillingRunRow[]>`
    select * from billing_runs
    where tenant_id = ${tx.tenantId} and subscription_id = ${subscriptionId} and boundary_at = ${boundaryAt}`;
  return row ?? null;
}
