import type { ProviderFactInCode } from '../../contracts/events/provider-fact.ts';
import type { AttemptId, EventId, TenantId } from '../../domain/ids.ts';
import { type TenantDatabase, type TenantTransaction, withTenant } from '../with-tenant.ts';

export interface InboxEntry {
  provider: string;
  endpoint: string;
  providerEventId: string;
  id: EventId;
  attemptId: AttemptId | null;
  eventType: string;
  /** Null where the platform has no use for it. */
  fact: ProviderFactInCode | null;
  body: Uint8Array;
}

export type InboxStatus = 'received' | 'processed' | 'ignored' | 'dead' | 'discarded';

/**
 * One statement for all of them; answers the ids that are new. A notification that was there already keeps its first body,
 * also one that stands twice among these. Throws `23503` for a tenant nobody has.
 */
export async function storeInInbox(
  database: TenantDatabase,
  tenantId: TenantId,
  entries: readonly InboxEntry[],
): Promise<ReadonlySet<EventId>> {
  const column = <Name extends keyof InboxEntry>(name: Name) => entries.map((entry) => entry[name]);
  const facts = entries.map(({ fact }) => (fact === null ? null : JSON.stringify(fact)));
  const bodies = entries.map(({ body }) => Buffer.from(body).toString('base64'));
  const stored = await withTenant(
    database,
    tenantId,
    ({ sql }) => sql<{ id: EventId }[]>`
      insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, attempt_id, event_type, fact, body)
      select ${tenantId}, e.provider, e.endpoint, e.provider_event_id, e.id, e.attempt_id, e.event_type, e.fact::jsonb,
             decode(e.body, 'base64')
      from unnest(${column('provider')}::text[], ${column('endpoint')}::text[], ${column('providerEventId')}::text[],
                  ${column('id')}::text[], ${column('attemptId')}::text[], ${column('eventType')}::text[],
                  ${facts}::text[], ${bodies}::text[])
        as e(provider, endpoint, provider_event_id, id, attempt_id, event_type, fact, body)
      on conflict (tenant_id, provider, endpoint, provider_event_id) do nothing
      returning id`,
  );
  return new Set(stored.map(({ id }) => id));
}

/** What became of notifications. One that a person has discarded stays discarded. */
export async function markHandled(
  { sql, tenantId }: TenantTransaction,
  handled: readonly { inboxId: string; status: 'processed' | 'ignored' }[],
): Promise<void> {
  for (const [status, of] of Map.groupBy(handled, (one) => one.status)) {
    await sql`
      update inbox set status = ${status}, processed_at = clock_timestamp(), tries = tries + 1, error = null
      where tenant_id = ${tenantId} and id = any(${of.map(({ inboxId }) => inboxId)}::text[])
        and status in ('received', 'dead')`;
  }
}

/** A try failed; `isDead` once no further one is due. */
export async function noteFailedTry(
  database: TenantDatabase,
  tenantId: TenantId,
  failure: { inboxId: string; error: string; isDead: boolean },
): Promise<void> {
  const { inboxId, error, isDead } = failure;
  await withTenant(
    database,
    tenantId,
    ({ sql }) => sql`
      update inbox set error = ${error}, tries = tries + ${isDead ? 0 : 1},
        status = case when ${isDead} then 'dead' else status end
      where tenant_id = ${tenantId} and id = ${inboxId} and status in ('received', 'dead')`,
  );
}

/** Those that are still to be handled: a redelivered one is not, nor one that a person has discarded. */
export async function findUnhandled(
  { sql, tenantId }: TenantTransaction,
  inboxIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ id: string }[]>`
    select id from inbox
    where tenant_id = ${tenantId} and id = any(${inboxIds as string[]}::text[]) and status in ('received', 'dead')`;
  return new Set(rows.map(({ id }) => id));
}
