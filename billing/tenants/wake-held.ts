import { bringForwardHeld } from '../../db/queries/held-rows.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { BillingContext } from '../context.ts';

const pageSize = 1_000;

/**
 * Every row that was held back is to be awake at its own date again: overdue ones now. A crash between two pages leaves the rest
 * to ask by themselves, within the hour they sleep at most.
 */
export async function wakeHeld(context: BillingContext, tenantId: TenantId): Promise<void> {
  for (;;) {
    const count = await withTenant(context.database, tenantId, (tx) => bringForwardHeld(tx, pageSize));
    if (count < pageSize) return;
  }
}
