import type { TenantTransaction } from '../with-tenant.ts';

/** True the first time a consumer records an event; its effect belongs in the same transaction. */
export async function recordProcessed(
  tx: TenantTransaction,
  event: { consumer: string; eventId: string },
): Promise<boolean> {
  const inserted = await tx.sql`
    insert into processed_events (tenant_id, consumer, event_id) values (${tx.tenantId}, ${event.consumer}, ${event.eventId})
    on conflict do nothing returning event_id`;
  return inserted.length > 0;
}
