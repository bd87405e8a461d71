import { insertNotice } from '../../db/queries/notices.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Origin } from '../context.ts';

/** A notice about no one subscription: the senders of the tenant's own are told, in its transaction. */
export async function requestNotification(
  tx: TenantTransaction,
  notice: { origin: Origin; kind: string; details: Record<string, unknown> },
): Promise<void> {
  await insertNotice(tx.sql, { tenantId: tx.tenantId, at: tx.now, ...notice });
}
