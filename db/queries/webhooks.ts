import type { ProviderFactInCode } from '../../contracts/events/provider-fact.ts';
import type { EventId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { InboxStatus } from './inbox.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

/** A stored notification without its body. */
export interface WebhookRow {
  id: EventId;
  provider: string;
  endpoint: string;
  providerEventId: string;
  eventType: string | null;
  fact: ProviderFactInCode | null;
  status: InboxStatus;
  tries: number;
  error: string | null;
  receivedAt: Instant;
  processedAt: Instant | null;
}

export interface WebhookWithBody extends WebhookRow {
  body: Uint8Array;
}

export interface WebhookFilter {
  provider?: string;
  status?: InboxStatus;
  /** `[receivedFrom, receivedTo)`. */
  receivedFrom?: Instant;
  receivedTo?: Instant;
}

export function listWebhooks(sql: Sql, filter: WebhookFilter, page: PageRequest): Promise<Page<WebhookRow>> {
  return sql<WebhookRow[]>`
      select id, provider, endpoint, provider_event_id, event_type, fact, status, tries, error, received_at, processed_at
      from inbox where true
      ${filter.provider === undefined ? sql`` : sql`and provider = ${filter.provider}`}
      ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
      ${filter.status === 'dead' ? sql`and error is not null` : sql``}
      ${filter.receivedFrom === undefined ? sql`` : sql`and received_at >= ${new Date(filter.receivedFrom)}`}
      ${filter.receivedTo === undefined ? sql`` : sql`and received_at < ${new Date(filter.receivedTo)}`}
      ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
      order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export function findWebhook(sql: Sql, id: EventId): Promise<WebhookWithBody | null> {
  return sql<WebhookWithBody[]>`select * from inbox where id = ${id}`.then(([row]) => row ?? null);
}

export async function lockWebhook({ sql, tenantId }: TenantTransaction, id: EventId): Promise<WebhookWithBody | null> {
  const [row] = await sql<WebhookWithBody[]>`
    select * from inbox where tenant_id = ${tenantId} and id = ${id} for update`;
  return row ?? null;
}

/** The relay takes it again, and the consumer forgets that it has handled it. */
export async function sendWebhookAgain(
  { sql, tenantId }: TenantTransaction,
  wanted: { id: EventId; consumer: string },
): Promise<void> {
  await sql`
    update inbox set status = 'received', error = null, processed_at = null, published_at = null
    where tenant_id = ${tenantId} and id = ${wanted.id}`;
  await sql`
    delete from processed_events
    where tenant_id = ${tenantId} and consumer = ${wanted.consumer} and event_id = ${wanted.id}`;
}

/** Kept, with the error it had; nothing handles it any more. */
export async function discardWebhook({ sql, tenantId }: TenantTransaction, id: EventId): Promise<void> {
  await sql`update inbox set status = 'discarded' where tenant_id = ${tenantId} and id = ${id}`;
}
