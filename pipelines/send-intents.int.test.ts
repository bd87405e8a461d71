import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createFakeEngine } from '../adapters/engine/fake.ts';
import type { OwedIntent } from '../billing/context.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import { rowIdOf } from '../domain/workflow-ref.ts';
import { type SeededSubscription, seedSubscriptions } from '../tests/support/seed-subscriptions.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { createIntentSender } from './send-intents.ts';

const within = { timeout: 5_000, interval: 10 };
let owner: Sql;
let app: Sql;
let system: Sql;

beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 2, name: 'test-owner' });
  app = openDatabase(stackEnv().appDatabaseUrl, { max: 8, name: 'test-app' });
  system = openDatabase(stackEnv().systemDatabaseUrl, { max: 2, name: 'test-system' });
});
afterAll(() => Promise.all([owner.end(), app.end(), system.end()]));

async function owe(of: SeededSubscription, kind: 'start' | 'wake'): Promise<OwedIntent> {
  const intent = { id: newId('event'), kind, tenantId: of.tenantId, subscriptionId: of.id };
  await owner`insert into intents ${owner({ ...intent, dueAt: Date.now() + HOUR_MS } as never)}`;
  return intent;
}

const intentsOf = async ({ id }: SeededSubscription): Promise<string[]> =>
  (await owner<{ id: string }[]>`select id from intents where subscription_id = ${id}`).map((row) => row.id);

function open(options: { concurrency?: number } = {}) {
  const engine = createFakeEngine();
  const sender = createIntentSender({ database: { sql: app }, system, engine, concurrency: options.concurrency ?? 4 });
  return { engine, sender };
}

it('starts from the row as it is, with what the engine shows meanwhile, and settles the intent', async () => {
  const [sub] = await seedSubscriptions(owner, [{ wakeAt: Date.now() + DAY_MS, status: 'active' }]);
  const { engine, sender } = open();
  sender.sendIntents([await owe(sub, 'start')]);
  await vi.waitFor(async () => expect(await intentsOf(sub)).toEqual([]), within);
  expect(engine.starts).toHaveLength(1);
  expect(engine.starts[0]).toMatchObject({
    ...{ tenantId: sub.tenantId, subscriptionId: sub.id, customerId: sub.customerId, planId: sub.planId },
    ...{ status: 'active', shown: { state: expect.stringContaining('active · Pro × 2 · 39.98 USD') } },
  });
  expect(engine.starts[0]?.delayMs).toBeGreaterThan(DAY_MS - 10_000);
  expect(engine.starts[0]?.delayMs).toBeLessThanOrEqual(DAY_MS);
});

it.each([
  ['what is overdue starts at once', { wakeAt: Date.now() - DAY_MS }, 0],
  ['nothing to wait for sleeps for ten years', { wakeAt: Number.POSITIVE_INFINITY }, 3_650 * DAY_MS],
])('%s', async (_, seed, delayMs) => {
  const [sub] = await seedSubscriptions(owner, [seed]);
  const { engine, sender } = open();
  sender.sendIntents([await owe(sub, 'start')]);
  await vi.waitFor(() => expect(engine.starts).toMatchObject([{ delayMs }]), within);
});

it('starts nothing for a subscription that is over, and owes nothing then', async () => {
  const [over, refunding] = await seedSubscriptions(owner, [
    { status: 'canceled', wakeAt: Number.POSITIVE_INFINITY },
    { status: 'canceled', hasOpenWork: true },
  ]);
  const { engine, sender } = open();
  sender.sendIntents([await owe(over, 'start'), await owe(refunding, 'start')]);
  await vi.waitFor(async () => expect(await intentsOf(over)).toEqual([]), within);
  await vi.waitFor(async () => expect(await intentsOf(refunding)).toEqual([]), within);
  expect(engine.starts.map(rowIdOf)).toEqual([refunding.id]);
});

it('tells a workflow that is awake already to look again', async () => {
  const [sub] = await seedSubscriptions(owner, [{}]);
  const { engine, sender } = open();
  await engine.wake({ tenantId: sub.tenantId, subscriptionId: sub.id });
  sender.sendIntents([await owe(sub, 'start'), await owe(sub, 'wake')]);
  await vi.waitFor(async () => expect(await intentsOf(sub)).toEqual([]), within);
  expect(engine.wakes).toHaveLength(2);
});

it('settles only what it was given: an intent written since is owed still', async () => {
  const [sub] = await seedSubscriptions(owner, [{}]);
  const { engine, sender } = open();
  const given = await owe(sub, 'wake');
  const since = await owe(sub, 'wake');
  sender.sendIntents([given]);
  await vi.waitFor(() => expect(engine.wakes).toHaveLength(1), within);
  await vi.waitFor(async () => expect(await intentsOf(sub)).toEqual([since.id]), within);
});

it('leaves what the engine does not accept to the relay', async () => {
  const [sub] = await seedSubscriptions(owner, [{}]);
  const { engine, sender } = open();
  engine.away = true;
  const intent = await owe(sub, 'wake');
  sender.sendIntents([intent]);
  await sender.drain(2_000);
  expect(await intentsOf(sub)).toEqual([intent.id]);
});

it('holds back beyond its bounds, drops the rest, and settles all it took before it is drained', async () => {
  const subs = await seedSubscriptions(
    owner,
    Array.from({ length: 40 }, () => ({})),
  );
  const { engine, sender } = open({ concurrency: 2 });
  let inFlight = 0;
  let inFlightMax = 0;
  engine.wake = async (ref) => {
    inFlight += 1;
    inFlightMax = Math.max(inFlightMax, inFlight);
    await app`select pg_sleep(0.005)`;
    inFlight -= 1;
    engine.wakes.push(ref);
  };
  const intents = await Promise.all(subs.map((sub) => owe(sub, 'wake')));
  sender.sendIntents(intents);
  await sender.drain(5_000);
  expect(inFlightMax).toBe(2);
  expect(engine.wakes).toHaveLength(16);
  const remaining = await Promise.all(subs.map(intentsOf));
  expect(remaining.filter((ids) => ids.length === 0)).toHaveLength(16);
});

it('leaves wakes that only refresh to the relay beyond so many at once, and sends every other', async () => {
  const subs = await seedSubscriptions(
    owner,
    Array.from({ length: 31 }, () => ({})),
  );
  const [urgent] = subs.slice(-1);
  const { engine, sender } = open({ concurrency: 40 });
  for (const sub of subs.slice(0, 30)) sender.sendIntents([{ ...(await owe(sub, 'wake')), onlyRefreshes: true }]);
  sender.sendIntents([await owe(urgent as SeededSubscription, 'wake')]);
  await sender.drain(5_000);
  const woken = engine.wakes.map(rowIdOf);
  expect(woken).toContain(urgent?.id);
  expect(woken.length).toBeGreaterThanOrEqual(21);
  expect(woken.length).toBeLessThan(31);
  const kept = await Promise.all(subs.map(intentsOf));
  expect(kept.flat()).toHaveLength(31 - woken.length);
});

it('gives up draining when the time is over', async () => {
  const [sub] = await seedSubscriptions(owner, [{}]);
  const { engine, sender } = open();
  engine.wake = () => new Promise(() => undefined);
  sender.sendIntents([await owe(sub, 'wake')]);
  const startedAt = performance.now();
  await sender.drain(50);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
