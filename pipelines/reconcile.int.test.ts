import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { envelopeSchema } from '../contracts/events/envelope.ts';
import { eventRegistry } from '../contracts/events/index.ts';
import { claimDueIntents } from '../db/queries/intents.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { openFixturePools, openTenantFixture } from '../tests/support/billing-fixture.ts';
import { type OwnDatabase, openOwnDatabase } from '../tests/support/own-database.ts';
import { reservePart } from '../tests/support/refund-part.ts';
import { seedSubscriptions } from '../tests/support/seed-subscriptions.ts';
import { openTenantRows } from '../tests/support/tenant-rows.ts';
import { describeReconciled, reconcileOverdue } from './reconcile.ts';

let database: OwnDatabase;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.owner`update subscriptions set parked_at = now()`;
});

const reconcile = (backlog = 0) => reconcileOverdue({ system: database.system, billingBacklog: async () => backlog });
const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
const intentsOf = (id: SubscriptionId) => database.owner`select * from intents where subscription_id = ${id}`;

it('owes a wake in a minute to each overdue row, oldest first, and tells the broker', async () => {
  const [late, later, promised, virtual, parked] = await seedSubscriptions(database.owner, [
    { wakeAt: minutesAgo(6) },
    { wakeAt: minutesAgo(60) },
    { wakeAt: minutesAgo(4) },
    { wakeAt: Number.POSITIVE_INFINITY },
    { wakeAt: minutesAgo(60), parkedAt: minutesAgo(50) },
  ]);
  expect(await reconcile()).toEqual({ kind: 'noted', count: 2 });
  for (const { id } of [late, later]) {
    const [intent, ...others] = await intentsOf(id);
    expect(others).toEqual([]);
    expect(intent).toMatchObject({ kind: 'overdue', tries: 0 });
    expect(intent?.['dueAt'] - Date.now()).toBeGreaterThan(55_000);
    expect(intent?.['dueAt'] - Date.now()).toBeLessThan(65_000);
    const [row] = await database.owner`select * from outbox where message_key = ${id}`;
    expect(row).toMatchObject({ topic: 'subscriptions.renew_required', sequence: null, subscriptionId: id });
    const envelope = envelopeSchema.parse(row?.['envelope']);
    expect(envelope).toMatchObject({ origin: 'reconciler', subscription_id: id, sequence: null });
    expect(eventRegistry['subscriptions.renew_required'].safeParse(envelope.data).success).toBe(true);
  }
  for (const { id } of [promised, virtual, parked]) expect(await intentsOf(id)).toEqual([]);
});

it('does not repeat itself while a wake is owed', async () => {
  const [overdue] = await seedSubscriptions(database.owner, [{ wakeAt: minutesAgo(10) }]);
  expect(await reconcile()).toEqual({ kind: 'noted', count: 1 });
  expect(await reconcile()).toEqual({ kind: 'noted', count: 0 });
  expect(await intentsOf(overdue.id)).toHaveLength(1);
});

it('owes at most 500 wakes a round, the oldest, in pages', async () => {
  const rows = await seedSubscriptions(
    database.owner,
    Array.from({ length: 520 }, (_, index) => ({ wakeAt: minutesAgo(10 + index) })),
  );
  expect(await reconcile()).toEqual({ kind: 'noted', count: 500 });
  expect(await intentsOf((rows.at(-1) as { id: SubscriptionId }).id)).toHaveLength(1);
  expect(await intentsOf((rows[0] as { id: SubscriptionId }).id)).toHaveLength(0);
  expect(await reconcile()).toEqual({ kind: 'noted', count: 20 });
});

it('leaves everybody alone while the billing workers have a backlog', async () => {
  await seedSubscriptions(database.owner, [{ wakeAt: minutesAgo(10) }]);
  const reconciled = await reconcile(1_001);
  expect(reconciled).toEqual({ kind: 'backlogged', backlog: 1_001 });
  expect(describeReconciled(reconciled)).toBe('Skipped: 1001 tasks are waiting for a billing worker');
});

it('knows when its wake comes due whether the row has moved on', async () => {
  const [asleep, awake] = await seedSubscriptions(database.owner, [
    { wakeAt: minutesAgo(10) },
    { wakeAt: minutesAgo(10) },
  ]);
  await reconcile();
  await database.owner`update subscriptions set wake_at = now() + interval '1 day' where id = ${awake.id}`;
  await database.owner`delete from intents where subscription_id not in ${database.owner([asleep.id, awake.id])}`;
  await database.owner`update intents set due_at = now() - interval '1 second'`;
  const due = await claimDueIntents(database.system, { limit: 10, leaseMs: 1_000 });
  const byId = new Map<string | null, boolean>(due.map((intent) => [intent.subscriptionId, intent.isStillOverdue]));
  expect(byId).toEqual(
    new Map([
      [asleep.id, true],
      [awake.id, false],
    ]),
  );
});

it('owes a wake to a refund nobody is awake for, once, and knows whether it has moved on', async () => {
  const pools = openFixturePools(database);
  try {
    const fixture = await openTenantFixture(pools);
    const { id } = await openTenantRows(fixture).subscribe();
    const ref = await reservePart(fixture, id);
    await database.owner`delete from intents`;
    await database.owner`update carriers set wake_at = ${minutesAgo(10)} where id = ${ref.carrierId}`;
    expect(await reconcile()).toEqual({ kind: 'noted', count: 1 });
    expect(await reconcile()).toEqual({ kind: 'noted', count: 0 });
    const dueNow = () => database.owner`update intents set due_at = now() - interval '1 second'`;
    const claim = () => claimDueIntents(database.system, { limit: 10, leaseMs: 1_000 });
    await dueNow();
    const { carrierId, carries } = ref;
    expect(await claim()).toMatchObject([{ kind: 'overdue', carrierId, carries, isStillOverdue: true }]);
    await database.owner`update carriers set wake_at = 'infinity' where id = ${carrierId}`;
    await dueNow();
    expect(await claim()).toMatchObject([{ carrierId, isStillOverdue: false }]);
  } finally {
    await pools.close();
  }
});
