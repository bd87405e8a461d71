import type { TenantId } from '../../domain/ids.ts';
import { type TenantDatabase, withTenant } from '../with-tenant.ts';

export interface InboxEntry {
  provider: string;
  endpoint: string;
  providerEventId: string;
  id: string;
  attemptId: string | null;
  body: Uint8Array;
}

export type InboxKey = Pick<InboxEntry, 'provider' | 'endpoint' | 'providerEventId'>;

/** False when the notification was there already; its first body stays. Throws `23503` for a tenant nobody has. */
export async function storeInInbox(database: TenantDatabase, tenantId: TenantId, entry: InboxEntry): Promise<boolean> {
  const stored = await withTenant(database, tenantId, ({ sql }) => {
    const row = { tenantId, ...entry, body: Buffer.from(entry.body) };
    return sql`insert into inbox ${sql(row as never)} on conflict do nothing returning id`;
  });
  return stored.length > 0;
}

export async function markProcessed(database: TenantDatabase, tenantId: TenantId, key: InboxKey): Promise<void> {
  await withTenant(
    database,
    tenantId,
    ({ sql }) => sql`
      update inbox set processed_at = clock_timestamp()
      where tenant_id = ${tenantId} and provider = ${key.provider} and endpoint = ${key.endpoint}
        and provider_event_id = ${key.providerEventId} and processed_at is null`,
  );
}
