import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryEventBus, type MemoryEventBus } from '../../adapters/events/memory/memory-event-bus.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { outboxShardCount, shardOf } from '../../db/outbox-shard.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { startMessageRelay } from './relay-messages.ts';

const logger = createLogger('test', { level: 'silent' });
const topic = 'subscriptions.renew_required';
const within = { timeout: 20_000, interval: 20 };

let database: OwnDatabase;
let bus: MemoryEventBus;
let tenantId: TenantId;

beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());

beforeEach(async () => {
  tenantId = newId('tenant');
  bus = createMemoryEventBus();
  await database.owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'relay', 'sandbox')`;
});

function startRelay(): { leader: Sql; stop(): Promise<void> } {
  const leader = openDatabase(database.systemUrl, { max: 1, name: 'test-leader' });
  const relay = startMessageRelay({ leader, bus, logger });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= relay.stop().then(() => leader.end({ timeout: 1 }));
    return stopped;
  };
  onTestFinished(stop);
  return { leader, stop };
}

function eventRow(key: string, sequence: number | null, overrides: { data?: unknown; topic?: string } = {}) {
  const id = newId('event');
  const type = overrides.topic ?? topic;
  return {
    tenantId,
    id,
    shard: shardOf(key),
    topic: type,
    messageKey: key,
    sequence,
    envelope: {
      id,
      type,
      version: 1,
      tenant_id: tenantId,
      subscription_id: null,
      sequence,
      occurred_at: '2026-03-31T00:00:00.000Z',
      origin: 'workflow',
      data: overrides.data ?? { due_at: '2026-03-31T00:00:00.000Z', kind: 'renew' },
    },
  };
}

async function insert(rows: readonly ReturnType<typeof eventRow>[], sql: Sql = database.owner): Promise<void> {
  await sql`insert into outbox ${sql(rows as never)}`;
}

async function unpublishedCount(): Promise<number> {
  const [row] = await database.owner<[{ count: number }]>`
    select count(*)::int as count from outbox where tenant_id = ${tenantId} and published_at is null`;
  return row.count;
}

function publishedOf(key: string): (number | null)[] {
  return bus
    .messagesOf(topic)
    .filter((message) => message.key === key)
    .map((message) => (JSON.parse(message.value) as { sequence: number | null }).sequence);
}

it('publishes every row once, each key in the order of its sequence, and marks it', async () => {
  const keys = Array.from({ length: 40 }, () => newId('subscription'));
  const rows = keys.flatMap((key) => [3, 1, 2].map((sequence) => eventRow(key, sequence)));
  await insert(rows);
  startRelay();
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(0), within);
  for (const key of keys) expect(publishedOf(key)).toEqual([1, 2, 3]);
  const published = bus.messagesOf(topic).map((message) => JSON.parse(message.value) as unknown);
  expect(published).toHaveLength(rows.length);
  expect(published).toContainEqual(rows[0]?.envelope);
});

it('tells a notice with its link until the broker has it, and keeps the notice without the link', async () => {
  const url = `https://redcore.example/identity/password/${newId('event')}`;
  const details = { user_id: 'usr_1', email: 'ada@example.com', url, expires_at: '2026-03-31T00:00:00.000Z' };
  const notice = { topic: 'notifications.requested', data: { kind: 'password_reset', details } };
  const row = eventRow(tenantId, null, notice);
  const other = eventRow(newId('subscription'), 1);
  await insert([row, other]);
  startRelay();
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(0), within);
  const told = bus.messagesOf('notifications.requested').map(({ value }) => JSON.parse(value) as unknown);
  expect(told).toEqual([row.envelope]);
  const kept = await database.owner`select id, envelope from outbox where tenant_id = ${tenantId}`;
  const { url: _url, ...rest } = details;
  const withoutLink = { ...row.envelope, data: { kind: 'password_reset', details: rest } };
  expect(kept.find(({ id }) => id === row.id)?.['envelope']).toEqual(withoutLink);
  expect(kept.find(({ id }) => id === other.id)?.['envelope']).toEqual(other.envelope);
});

it('works off a backlog beyond one batch in order', async () => {
  const key = newId('subscription');
  await insert(Array.from({ length: 300 }, (_, index) => eventRow(key, index + 1)));
  startRelay();
  await vi.waitFor(() => expect(publishedOf(key)).toHaveLength(300), within);
  expect(publishedOf(key)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

it('F12: publishes a row whose transaction was still open while later ids were published', async () => {
  const [early, late] = [eventRow(newId('subscription'), 1), eventRow(newId('subscription'), 1)];
  startRelay();
  await withTenant({ sql: database.app }, tenantId, async (tx) => {
    await tx.sql`insert into outbox ${tx.sql(early as never)}`;
    await insert([late]);
    await vi.waitFor(() => expect(publishedOf(late.messageKey)).toEqual([1]), within);
    expect(publishedOf(early.messageKey)).toEqual([]);
  });
  await vi.waitFor(() => expect(publishedOf(early.messageKey)).toEqual([1]), within);
});

it('F11: a relay that loses its session between acknowledgement and mark publishes again, and nothing else happens', async () => {
  const keys = Array.from({ length: 20 }, () => newId('subscription'));
  const { leader } = startRelay();
  await vi.waitFor(async () => expect(await leader`select 1`).toHaveLength(1), within);
  let kills = 2;
  bus.onStored = () => {
    if (kills === 0) return;
    kills -= 1;
    // Both sent before the marks that follow: PostgreSQL ends the session first.
    void database.owner`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-leader'`.execute();
    void leader`select pg_sleep(1)`.execute().catch(() => undefined);
  };
  await insert(keys.flatMap((key) => [1, 2, 3].map((sequence) => eventRow(key, sequence))));
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(0), within);
  expect(kills).toBe(0);
  expect(bus.messagesOf(topic).length).toBeGreaterThan(60);
  for (const key of keys) {
    const sequences = publishedOf(key);
    expect([...new Set(sequences)]).toEqual([1, 2, 3]);
    expect(sequences.length % 3).toBe(0);
  }
  expect(new Set(bus.messagesOf(topic).map(({ value }) => value)).size).toBe(60);
});

it('dead-letters a row that does not fit its schema, and goes on with its key', async () => {
  const key = newId('subscription');
  const rows = [eventRow(key, 1), eventRow(key, 2, { data: { due_at: 'soon' } }), eventRow(key, 3)];
  await insert(rows);
  startRelay();
  await vi.waitFor(() => expect(publishedOf(key)).toEqual([1, 3]), within);
  const [letter] = bus.messagesOf(`${topic}.dlt`);
  expect(letter).toMatchObject({ key, headers: { 'dead-letter-source': 'relay' } });
  expect(letter?.headers['dead-letter-reason']).toMatch(/^data: due_at .*kind/);
  expect(JSON.parse(letter?.value ?? '')).toEqual(rows[1]?.envelope);
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(0), within);
});

it('leaves a topic of a newer release alone', async () => {
  const key = newId('subscription');
  await insert([eventRow(key, 1, { topic: 'subscriptions.teleported' }), eventRow(key, 2)]);
  startRelay();
  await vi.waitFor(() => expect(publishedOf(key)).toEqual([2]), within);
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(1), within);
});

it('publishes a stored notification with the tenant of its row and the same id every time', async () => {
  const id = newId('event');
  const attemptId = newId('attempt');
  await database.owner`insert into inbox ${database.owner({
    ...{ tenantId, provider: 'sandbox', endpoint: 'default', providerEventId: 'whe_1', id, attemptId },
    ...{ eventType: 'charge.updated', fact: { kind: 'charge_updated', attemptId, providerChargeId: 'sch_1' } },
    ...{ body: Buffer.from('{}'), receivedAt: Date.parse('2026-03-31T12:00:00Z') },
  } as never)}`;
  startRelay();
  await vi.waitFor(() => expect(bus.messagesOf('webhooks.received')).toHaveLength(1), within);
  const [message] = bus.messagesOf('webhooks.received');
  expect(message?.key).toBe(attemptId);
  expect(JSON.parse(message?.value ?? '')).toEqual({
    ...{ id, type: 'webhooks.received', version: 1, tenant_id: tenantId, subscription_id: null, sequence: null },
    ...{ occurred_at: '2026-03-31T12:00:00.000Z', origin: 'webhook' },
    data: {
      ...{ inbox_id: id, provider: 'sandbox', endpoint: 'default', provider_event_id: 'whe_1', attempt_id: attemptId },
      event_type: 'charge.updated',
      fact: { kind: 'charge_updated', attempt_id: attemptId, provider_charge_id: 'sch_1' },
    },
  });
  await vi.waitFor(async () => {
    expect(await database.owner`select 1 from inbox where id = ${id} and published_at is not null`).toHaveLength(1);
  }, within);
});

it('marks nothing while the broker is away, and delivers when it is back', async () => {
  const key = newId('subscription');
  startRelay();
  await vi.waitFor(() => expect(bus.messagesOf(topic)).toEqual([]), within);
  bus.failure = new Error('no broker');
  await insert([eventRow(key, 1)]);
  let refusals = 0;
  bus.ensureTopics = async () => {
    refusals += 1;
    if (bus.failure) throw bus.failure;
  };
  await vi.waitFor(() => expect(refusals).toBeGreaterThan(2), within);
  expect(await unpublishedCount()).toBe(1);
  bus.failure = null;
  await vi.waitFor(() => expect(publishedOf(key)).toEqual([1]), within);
});

it('shares the shards between relays, and takes over those of one that died', async () => {
  const shardsOf = async () => {
    const rows = await database.owner<{ pid: number; count: number }[]>`
      select pid, count(*)::int as count from pg_locks join pg_database d on d.oid = database
      where locktype = 'advisory' and classid = 7301 and granted and d.datname = current_database() group by pid`;
    return rows.map(({ count }) => count).toSorted((a, b) => a - b);
  };
  const [first, second] = [startRelay(), startRelay()];
  await vi.waitFor(async () => expect(await shardsOf()).toEqual([8, 9]), within);
  await first.stop();
  await vi.waitFor(async () => expect(await shardsOf()).toEqual([outboxShardCount + 1]), within);
  const keys = Array.from({ length: 64 }, () => newId('subscription'));
  await insert(keys.map((key) => eventRow(key, 1)));
  await vi.waitFor(async () => expect(await unpublishedCount()).toBe(0), within);
  expect(bus.messagesOf(topic)).toHaveLength(64);
  await second.stop();
});
