import type { TenantTransaction } from '../with-tenant.ts';

/** The tenant's row under its lock until the commit: what is counted against a limit is counted by one at a time. */
export async function lockTenantLimits(
  tx: TenantTransaction,
): Promise<{ mode: 'sandbox' | 'live'; limits: Readonly<Record<string, number>> }> {
  const [row] = await tx.sql<[{ mode: 'sandbox' | 'live'; limits: Record<string, number> }]>`
    select mode, limits from tenants where tenant_id = ${tx.tenantId} for no key update`;
  return row;
}
