import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../db/database.ts';
import type { CustomerId, PaymentMethodId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { dyingProcess } from '../../tests/support/dying-process.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { relayAll } from '../../tests/support/stand-in-relay.ts';
import type { BillingContext } from '../context.ts';
import { attachPaymentMethod } from '../customers/attach-payment-method.ts';
import { setDefaultMethod } from '../customers/set-default-method.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const attemptsOf = async (id: SubscriptionId) => (await life.rows('payment_attempts', id)).length;
const relay = () => relayAll(life.owner, life.context, life.tenantId);

/** A renewal that only another method can pay: the ladder has no further try. */
async function waitingForMethod() {
  const subscribed = await life.subscribe();
  life.provider.script({ next: ['decline:stolen_card'] });
  await life.liveTo(boundary);
  expect(await life.sub(subscribed.id)).toMatchObject({ status: 'past_due', nextKind: 'dunning_end' });
  return subscribed;
}

async function onItsOwnDeadCard() {
  const { customerId } = await life.makeCustomer();
  const paymentMethodId = await life.addMethod(customerId, 'tok_decline_after_1');
  const subscribed = await life.subscribe({ customerId, paymentMethodId });
  await life.liveTo(boundary);
  expect(await life.sub(subscribed.id)).toMatchObject({ status: 'past_due', paymentMethodId });
  return subscribed;
}

const call = () => life.callWith('once');
type Way = (context: BillingContext, customerId: CustomerId, spare: PaymentMethodId) => Promise<unknown>;
const attach: Way = (context, customerId) =>
  attachPaymentMethod(context, call(), customerId, { provider: 'sandbox', token: 'tok_ok', makeDefault: true });
const choose: Way = (context, customerId, id) => setDefaultMethod(context, call(), { customerId, id });

describe('a process that dies once it has committed the new default', () => {
  it.each([
    ['attached', 2, attach, waitingForMethod],
    ['chosen', 1, choose, waitingForMethod],
    ['attached', 2, attach, onItsOwnDeadCard],
    ['chosen', 1, choose, onItsOwnDeadCard],
  ] as const)('leaves what follows to the forwarder, once: %s, %#', async (_, transactions, give, getStuck) => {
    const { id, customerId } = await getStuck();
    const spare = await life.addMethod(customerId, 'tok_ok');
    await life.live(1);
    await Promise.allSettled([give(dyingProcess(life.context, transactions), customerId, spare)]);
    // The caller has no answer and asks again: that is a replay, and carries out nothing.
    expect(await give(life.context, customerId, spare)).toMatchObject({ replayed: true });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'past_due' });

    await relay();
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary, paymentMethodId: null });
    expect((await life.rows('payment_attempts', id)).map(({ status }) => status)).toEqual([
      'succeeded',
      'declined',
      'succeeded',
    ]);
    const changed = (await life.rows('timeline', id)).filter(({ action }) => action === 'payment_method_changed');
    expect(changed).toMatchObject([{ actor: 'fixture', details: { default: true } }]);
  });

  it('spends one attempt, however often the broker brings the event', async () => {
    const { id, customerId } = await waitingForMethod();
    const spare = await life.addMethod(customerId, 'tok_ok');
    await choose(dyingProcess(life.context, 1), customerId, spare);
    life.provider.script({ next: ['decline:insufficient_funds'] });
    for (let deliveries = 0; deliveries < 3; deliveries += 1) {
      await deliverAgain();
      await life.settle();
    }
    expect(await attemptsOf(id)).toBe(3);
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('owes nothing more once the customer has given yet another method', async () => {
    const { id, customerId } = await waitingForMethod();
    const [first, second] = [await life.addMethod(customerId, 'tok_ok'), await life.addMethod(customerId, 'tok_ok')];
    await setDefaultMethod(dyingProcess(life.context, 1), life.call, { customerId, id: first });
    life.provider.script({ next: ['decline:insufficient_funds'] });
    await setDefaultMethod(life.context, life.call, { customerId, id: second });
    await life.settle();
    await relay();
    await life.settle();
    expect(await attemptsOf(id)).toBe(3);
    expect((await life.rows('payment_attempts', id)).at(-1)).toMatchObject({ paymentMethodId: second });
  });
});

async function deliverAgain(): Promise<void> {
  await life.owner`
    update outbox set published_at = null
    where tenant_id = ${life.tenantId} and topic = 'subscriptions.collect_required'`;
  await relay();
}

it('is done at once by the process that committed, and the event that comes round finds it done', async () => {
  const { id, customerId } = await waitingForMethod();
  const spare = await life.addMethod(customerId, 'tok_ok');
  life.provider.script({ next: ['decline:insufficient_funds'] });
  await choose(life.context, customerId, spare);
  expect(await life.sub(id)).toMatchObject({ nextKind: 'collect', nextAt: boundary });
  expect(life.intents.at(-1)).toMatchObject({ kind: 'wake', subscriptionId: id });
  await life.settle();
  await deliverAgain();
  await life.settle();
  expect(await attemptsOf(id)).toBe(3);
  expect(await life.sub(id)).toMatchObject({ nextKind: 'collect', nextAt: boundary + DAY_MS });
});

it('done by both at the same time is done once', async () => {
  const { id, customerId } = await waitingForMethod();
  const spare = await life.addMethod(customerId, 'tok_ok');
  const [sql, committed] = [life.context.database.sql, Promise.withResolvers<void>()];
  const context = { ...life.context, database: { ...life.context.database, sql: afterCommit(sql, committed.resolve) } };
  await Promise.all([choose(context, customerId, spare), committed.promise.then(relay), committed.promise.then(relay)]);
  await life.settle();
  expect((await life.actions(id)).filter((action) => action === 'payment_method_changed')).toHaveLength(1);
  expect(await attemptsOf(id)).toBe(3);
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
});

it('one subscription that cannot be changed keeps none of the others, and is collected by the later delivery', async () => {
  const { customerId } = await life.makeCustomer();
  const ids: SubscriptionId[] = [];
  for (let count = 0; count < 3; count += 1) ids.push((await life.subscribe({ customerId })).id);
  life.provider.script({ next: ['decline:stolen_card', 'decline:stolen_card', 'decline:stolen_card'] });
  await life.liveTo(boundary);
  const spare = await life.addMethod(customerId, 'tok_ok');
  const statuses = () => Promise.all(ids.map(async (id) => (await life.sub(id)).status));
  expect(await statuses()).toEqual(['past_due', 'past_due', 'past_due']);

  await life.owner.begin(async (sql) => {
    await sql`select 1 from subscriptions where id = ${ids[1] as SubscriptionId} for update`;
    await choose(life.context, customerId, spare);
    await life.settle();
    expect(await statuses()).toEqual(['active', 'past_due', 'active']);
  });
  await relay();
  await life.settle();
  expect(await statuses()).toEqual(['active', 'active', 'active']);
  expect(await Promise.all(ids.map(attemptsOf))).toEqual([3, 3, 3]);
});

describe('what comes to wait for a method while one is made the default', () => {
  it.each([
    ['by a decline', { token: 'tok_ok', trialPeriodDays: null }, boundary],
    ['because there is none', { token: null, trialPeriodDays: 14 }, Date.parse('2026-02-14T10:00:00.000Z')],
  ])('%s is tried with it all the same', async (_, subscribing, dueAt) => {
    const { id, customerId } = await life.subscribe(subscribing);
    const spare = await life.addMethod(customerId, 'tok_ok');
    if (subscribing.token !== null) life.provider.script({ next: ['decline:stolen_card'] });
    await life.liveTo(dueAt - 1);

    const { sql } = life.context.database;
    const held = holdCommits(sql);
    const choosing = choose(
      { ...life.context, database: { ...life.context.database, sql: held.sql } },
      customerId,
      spare,
    );
    const pid = await held.reached;
    let isOver = false;
    const living = life.liveTo(dueAt).finally(() => {
      isOver = true;
    });
    await expect.poll(async () => isOver || (await waitsFor(pid)), { timeout: 15_000 }).toBe(true);
    held.release();
    await Promise.all([choosing, living]);
    await relay();
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });
});

async function waitsFor(pid: number): Promise<boolean> {
  const waiting = await life.owner`select 1 from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid))`;
  return waiting.length > 0;
}

type Begin = (options: string, work: (tx: Sql) => Promise<unknown>) => Promise<unknown>;

function withBegin(sql: Sql, begin: Begin): Sql {
  return new Proxy(sql, { get: (target, name) => (name === 'begin' ? begin : Reflect.get(target, name)) });
}

function afterCommit(sql: Sql, then: () => void): Sql {
  const begin = sql.begin.bind(sql) as unknown as Begin;
  return withBegin(sql, (options, work) => begin(options, work).finally(then));
}

/** Everything is written, and not committed before it is released; `reached` tells whose transaction that is. */
function holdCommits(sql: Sql) {
  const [reached, released] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
  const begin = sql.begin.bind(sql) as unknown as Begin;
  const holding = withBegin(sql, (options, work) =>
    begin(options, async (tx) => {
      const result = await work(tx);
      const [backend] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      reached.resolve(backend?.pid ?? 0);
      await released.promise;
      return result;
    }),
  );
  return { sql: holding, reached: reached.promise, release: () => released.resolve() };
}
