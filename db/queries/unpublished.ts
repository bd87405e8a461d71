import type { ProviderFactInCode } from '../../contracts/events/provider-fact.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../database.ts';
import { ledShards } from './relay-leadership.ts';

export interface OutboxRow {
  tenantId: TenantId;
  id: string;
  shard: number;
  topic: string;
  messageKey: string;
  envelope: unknown;
  createdAt: Instant;
}

export interface InboxRow {
  tenantId: TenantId;
  id: string;
  provider: string;
  endpoint: string;
  providerEventId: string;
  attemptId: string | null;
  eventType: string | null;
  fact: ProviderFactInCode | null;
  receivedAt: Instant;
}

/**
 * The oldest unpublished rows of each key, never read by a cursor: a row committed late with a low id is found all the same.
 * Only shards led by the session of `leader`. Topics of a newer release are left to a relay that knows them.
 */
export function readUnpublishedOutbox(
  leader: Sql,
  options: { shardCount: number; topics: readonly string[]; limitPerShard: number },
): PromiseLike<OutboxRow[]> {
  return leader<OutboxRow[]>`
    select o.* from ${ledShards(leader)} led
    cross join lateral (
      select tenant_id, id, shard, topic, message_key, sequence, envelope, created_at from outbox
      where outbox.shard = led.shard and published_at is null and topic = any(${options.topics as string[]}::text[])
      order by message_key, sequence, id
      limit ${options.limitPerShard}) o
    where led.shard < ${options.shardCount}
    order by o.shard, o.message_key, o.sequence, o.id`;
}

/** Nothing unless the session of `leader` leads that shard. */
export function readUnpublishedInbox(leader: Sql, options: { shard: number; limit: number }): PromiseLike<InboxRow[]> {
  return leader<InboxRow[]>`
    select tenant_id, id, provider, endpoint, provider_event_id, attempt_id, event_type, fact, received_at from inbox
    where published_at is null and exists (select 1 from ${ledShards(leader)} led where led.shard = ${options.shard})
    order by received_at limit ${options.limit}`;
}

export async function markOutboxPublished(leader: Sql, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await leader`
    update outbox set published_at = clock_timestamp()
    from unnest(${rows.map((row) => row.tenantId)}::text[], ${rows.map((row) => row.id)}::text[]) as sent(tenant_id, id)
    where outbox.tenant_id = sent.tenant_id and outbox.id = sent.id`;
}

export async function markInboxPublished(leader: Sql, rows: readonly InboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  await leader`
    update inbox set published_at = clock_timestamp()
    from unnest(${rows.map((row) => row.tenantId)}::text[], ${rows.map((row) => row.id)}::text[]) as sent(tenant_id, id)
    where inbox.tenant_id = sent.tenant_id and inbox.id = sent.id`;
}

export interface Backlog {
  outboxSeconds: number;
  inboxSeconds: number;
  /** Of the starts and wakes that were sent and not accepted. */
  intentsSeconds: number;
}

/** How long the oldest row of each kind has been waiting for the broker or the engine; 0 when none waits. */
export async function measureBacklog(system: Sql): Promise<Backlog> {
  const age = (oldest: ReturnType<typeof system>) =>
    system`coalesce(extract(epoch from clock_timestamp() - (${oldest})), 0)::float8`;
  const [row] = await system<[Backlog]>`
    select ${age(system`select min(created_at) from outbox where published_at is null`)} as outbox_seconds,
           ${age(system`select min(received_at) from inbox where published_at is null`)} as inbox_seconds,
           ${age(system`select min(created_at) from intents where tries > 1`)} as intents_seconds`;
  return row;
}
