import type { TenantTransaction } from '../with-tenant.ts';

/** Only ids read before the engine was asked: an intent written since is owed still. */
export async function deleteIntents(tx: TenantTransaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.sql`delete from intents where tenant_id = ${tx.tenantId} and id in ${tx.sql(ids as string[])}`;
}
