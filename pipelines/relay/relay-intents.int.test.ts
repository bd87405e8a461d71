import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createFakeEngine, type FakeEngine } from '../../adapters/engine/fake.ts';
import { newId } from '../../db/new-id.ts';
import { HOUR_MS, SECOND_MS } from '../../domain/instant.ts';
import { rowIdOf } from '../../domain/workflow-ref.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { type SeededSubscription, seedSubscriptions } from '../../tests/support/seed-subscriptions.ts';
import { startIntentRelay } from './relay-intents.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 10_000, interval: 20 };

let database: OwnDatabase;
let engine: FakeEngine;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  engine = createFakeEngine();
  await database.owner`delete from intents`;
});

function start(concurrency = 4) {
  const { app, system } = database;
  const relay = startIntentRelay({ system, database: { sql: app }, engine, logger, concurrency });
  onTestFinished(() => relay.stop());
  return relay;
}

async function owe(
  of: SeededSubscription,
  kind: 'start' | 'wake' | 'overdue',
  dueAt = Date.now() - 1,
): Promise<string> {
  const id = newId('event');
  const row = { tenantId: of.tenantId, id, subscriptionId: of.id, kind, dueAt };
  await database.owner`insert into intents ${database.owner(row as never)}`;
  return id;
}

function wakeOf(of: FakeEngine): FakeEngine['wake'] {
  const original = { ...of };
  return (ref) => original.wake(ref);
}

const owed = (of: SeededSubscription) =>
  database.owner`select * from intents where subscription_id = ${of.id} order by due_at`;
const allOwed = async () => (await database.owner`select id from intents`).length;

it('sends what is due, one delivery per subscription, and leaves what is not', async () => {
  const [fresh, awake, later] = await seedSubscriptions(database.owner, [{ wakeAt: Date.now() + HOUR_MS }, {}, {}]);
  await owe(fresh, 'start');
  for (let count = 0; count < 3; count += 1) await owe(awake, 'wake');
  await owe(later, 'wake', Date.now() + HOUR_MS);
  start();
  await vi.waitFor(async () => expect(await allOwed()).toBe(1), within);
  expect(engine.starts.map(rowIdOf)).toEqual([fresh.id]);
  expect(engine.wakes.map(rowIdOf)).toEqual([awake.id]);
  expect(await owed(later)).toHaveLength(1);
});

it('wakes once for all that is owed to a subscription by then, and starts nothing before its time', async () => {
  const [awake, held] = await seedSubscriptions(database.owner, [{}, {}]);
  await owe(awake, 'wake');
  for (let count = 1; count <= 3; count += 1) await owe(awake, 'wake', Date.now() + count * SECOND_MS * 20);
  await owe(held, 'wake');
  await owe(held, 'start', Date.now() + HOUR_MS);
  start();
  await vi.waitFor(async () => expect(await allOwed()).toBe(1), within);
  expect(engine.wakes.map(rowIdOf).toSorted()).toEqual([awake.id, held.id].toSorted());
  expect(engine.starts).toEqual([]);
  expect(await owed(held)).toMatchObject([{ kind: 'start' }]);
});

it('tries again with a growing delay while the engine is away, says why in the row, and delivers when it is back', async () => {
  const [sub] = await seedSubscriptions(database.owner, [{}]);
  await owe(sub, 'wake');
  engine.away = true;
  start();
  await vi.waitFor(async () => {
    const [intent] = await owed(sub);
    expect(intent).toMatchObject({ lastError: 'the engine is away' });
    expect(intent?.['tries']).toBeGreaterThanOrEqual(2);
  }, within);
  engine.away = false;
  await vi.waitFor(async () => expect(await owed(sub)).toEqual([]), within);
  expect(engine.wakes).toHaveLength(1);
});

it('lets one subscription fail without delaying the others', async () => {
  const subs = await seedSubscriptions(
    database.owner,
    Array.from({ length: 30 }, () => ({})),
  );
  const wake = wakeOf(engine);
  engine.wake = (ref) => (rowIdOf(ref) === subs[0]?.id ? Promise.reject(new Error('broken')) : wake(ref));
  for (const sub of subs) await owe(sub, 'wake');
  start();
  await vi.waitFor(async () => expect(await allOwed()).toBe(1), within);
  expect(engine.wakes).toHaveLength(29);
});

it('goes on beside a delivery that hangs', async () => {
  const subs = await seedSubscriptions(
    database.owner,
    Array.from({ length: 10 }, () => ({})),
  );
  const wake = wakeOf(engine);
  let release = (): void => undefined;
  const hanging = new Promise<void>((resolve) => {
    release = resolve;
  });
  engine.wake = (ref) => (rowIdOf(ref) === subs[0]?.id ? hanging : wake(ref));
  for (const sub of subs) await owe(sub, 'wake');
  start(2);
  await vi.waitFor(() => expect(engine.wakes).toHaveLength(9), within);
  release();
  await vi.waitFor(async () => expect(await allOwed()).toBe(0), within);
});

it('shares the work between relays: each intent is sent by one of them', async () => {
  const subs = await seedSubscriptions(
    database.owner,
    Array.from({ length: 100 }, () => ({})),
  );
  for (const sub of subs) await owe(sub, 'wake');
  start();
  start();
  await vi.waitFor(async () => expect(await allOwed()).toBe(0), within);
  expect(engine.wakes).toHaveLength(100);
});

it('wakes for the reconciler only while the row has not moved on', async () => {
  const [asleep, movedOn, parked] = await seedSubscriptions(database.owner, [
    { wakeAt: Date.now() - HOUR_MS },
    { wakeAt: Date.now() + HOUR_MS },
    { wakeAt: Date.now() - HOUR_MS, parkedAt: Date.now() },
  ]);
  for (const sub of [asleep, movedOn, parked]) await owe(sub, 'overdue');
  start();
  await vi.waitFor(async () => expect(await allOwed()).toBe(0), within);
  expect(engine.wakes.map(rowIdOf)).toEqual([asleep.id]);
});
