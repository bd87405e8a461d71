import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createFakeEngine } from '../../adapters/engine/fake.ts';
import { createMemoryEventBus } from '../../adapters/events/memory/memory-event-bus.ts';
import { openDatabase } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { createLogger } from '../../runtime/logger.ts';
import { renderMetrics } from '../../runtime/metrics.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { seedSubscriptions } from '../../tests/support/seed-subscriptions.ts';
import { runRelay } from './run-relay.ts';

const logger = createLogger('test', { level: 'silent' });
let database: OwnDatabase;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());

async function backlog(): Promise<Record<string, number>> {
  const lines = (await renderMetrics()).matchAll(/^redcore_relay_backlog_seconds\{source="(\w+)"\} (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, source, value]) => [source, Number(value)]));
}

it('says how long broker and engine have been owed something, until they have it', async () => {
  const [sub] = await seedSubscriptions(database.owner, [{}]);
  const { tenantId, id } = sub;
  const anHourAgo = Date.now() - 3_600_000;
  await database.owner`insert into intents ${database.owner({
    ...{
      tenantId,
      id: newId('event'),
      subscriptionId: id,
      kind: 'wake',
      tries: 1,
      dueAt: anHourAgo,
      createdAt: anHourAgo,
    },
  } as never)}`;
  await database.owner`insert into inbox ${database.owner({
    ...{ tenantId, provider: 'sandbox', endpoint: 'default', providerEventId: 'whe_1', id: newId('event') },
    ...{ body: Buffer.from('{}'), receivedAt: anHourAgo },
  } as never)}`;
  const leader = openDatabase(database.systemUrl, { max: 1, name: 'test-leader' });
  const engine = createFakeEngine();
  const bus = createMemoryEventBus();
  engine.away = true;
  bus.failure = new Error('no broker');
  const { app, system } = database;
  const relay = runRelay({ leader, system, database: { sql: app }, engine, bus, logger, concurrency: 4 });
  onTestFinished(() => relay.stop().then(() => leader.end()));
  const within = { timeout: 15_000, interval: 50 };
  await vi.waitFor(async () => {
    const { outbox, inbox, intents } = await backlog();
    expect(outbox).toBe(0);
    expect(inbox).toBeCloseTo(3_600, -2);
    expect(intents).toBeCloseTo(3_600, -2);
  }, within);
  engine.away = false;
  bus.failure = null;
  await vi.waitFor(async () => expect(await backlog()).toEqual({ outbox: 0, inbox: 0, intents: 0 }), within);
  expect(engine.wakes).toEqual([{ tenantId, subscriptionId: id }]);
  expect(bus.messagesOf('webhooks.received')).toHaveLength(1);
});
