import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import type { Claim } from '../../db/queries/idempotency-keys.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import type { Held } from '../../tests/support/hold-points.ts';
import { type PassingStatement, type PostgresProxy, startPostgresProxy } from '../../tests/support/postgres-proxy.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { advanceTestClock } from './advance-test-clock.ts';

closePoolsAfterAll();

let life: BillingLife;
let claim: Claim;
beforeEach(async () => {
  life = await openLife('2026-01-10T10:00:00.000Z');
  claim = { key: randomUUID(), hash: 'by a month' };
});

const byMonth = { to: null, by: 'P1M' };
const afterOne = '2026-02-10T10:00:00.000Z';

const commitsTarget = ({ text, transaction }: PassingStatement) =>
  text === 'commit' && transaction.some((statement) => /insert into "?test_clocks/.test(statement.text));
const readsClock = ({ text }: PassingStatement) => /select k\.frozen_at, k\.target_at from subscriptions/.test(text);
const listsThoseBehind = ({ text }: PassingStatement) => /coalesce\(k\.frozen_at/.test(text);

/** A process whose statements to PostgreSQL can be stopped; nobody is awake for what it wakes. */
async function openOtherProcess() {
  const { hostname: host, port } = new URL(stackEnv().databaseUrl);
  const proxy = await startPostgresProxy({ host, port: Number(port) });
  const sql = openDatabase(proxy.urlOf(stackEnv().appDatabaseUrl), { max: 2, name: 'other-process' });
  onTestFinished(async () => {
    await sql.end({ timeout: 1 });
    await proxy.close();
  });
  const context = { ...life.context, database: { ...life.context.database, sql }, sendIntents: () => undefined };
  return {
    proxy,
    advance: (id: SubscriptionId | null) => advanceTestClock(context, { ...life.call, claim }, id, byMonth),
  };
}

/** Begins an advance in another process, and breaks its connections once it stands there and the clock of `moved` is committed. */
async function advanceAndLose(
  id: SubscriptionId | null,
  hold: (proxy: PostgresProxy) => Held<PassingStatement>,
  moved: SubscriptionId | 'tenant' = id ?? 'tenant',
): Promise<void> {
  const other = await openOtherProcess();
  const held = hold(other.proxy);
  const lost = other.advance(id).catch((error: { code: string }) => error.code);
  await held.hit;
  const { owner, tenantId } = life;
  const isMoved = async () => {
    const [row] = await owner`select 1 from test_clocks where tenant_id = ${tenantId} and scope = ${moved}`;
    return row !== undefined;
  };
  await expect.poll(isMoved, { timeout: 10_000 }).toBe(true);
  other.proxy.reset();
  expect(await lost).toMatch(/^(CONN|ECONN)/);
  held.release();
}

async function expectOneMonth(id: SubscriptionId, answer: { status: number; body: unknown }): Promise<void> {
  expect(answer).toMatchObject({ status: 200, body: { now: afterOne, advancing: false, target: null } });
  expect(await life.rows('billing_runs', id)).toHaveLength(2);
  const kept = await life.owner`select answer_status from idempotency_keys where key = ${claim.key}`;
  expect(kept).toEqual([{ answerStatus: 200 }]);
}

describe('an advance by a duration, whose key is repeated', () => {
  it.each<[string, Parameters<typeof advanceAndLose>[1]]>([
    ['after the answer of its commit was lost', (proxy) => proxy.holdAnswer(commitsTarget)],
    ['after it could not be seen whether it had arrived', (proxy) => proxy.holdBefore(readsClock)],
  ])('%s, is that one advance', async (_when, hold) => {
    const { id } = await life.subscribe();
    await advanceAndLose(id, hold);
    await life.drive(id);
    const again = await life.advance(id, { by: 'P1M' }, claim);
    expect(again.replayed).toBe(true);
    await expectOneMonth(id, again);
    await expectOneMonth(id, await life.advance(id, { by: 'P1M' }, claim));
  });

  it('while the first stands still for longer than a claim is locked, is that one advance for both', async () => {
    const { id } = await life.subscribe();
    const other = await openOtherProcess();
    const held = other.proxy.holdBefore(readsClock);
    const first = other.advance(id);
    await held.hit;
    life.skip(2 * MINUTE_MS);
    await life.drive(id);
    await expectOneMonth(id, await life.advance(id, { by: 'P1M' }, claim));
    held.release();
    await expectOneMonth(id, await first);
  });

  it('at the same time, waits for that one advance', async () => {
    const { id } = await life.subscribe();
    const both = await Promise.all([1, 2].map(() => life.advance(id, { by: 'P1M' }, claim)));
    for (const answer of both) await expectOneMonth(id, answer);
    expect(both.filter(({ replayed }) => replayed)).toHaveLength(1);
  });

  it('with another request, is refused', async () => {
    const { id } = await life.subscribe();
    await life.advance(id, { by: 'P1M' }, claim);
    const other = life.advance(id, { by: 'P1M' }, { ...claim, hash: 'something else' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('after a refusal, is refused as before; after one that passes, is carried out', async () => {
    const { id } = await life.subscribe();
    const advance = (by: string) => advanceTestClock(life.context, { ...life.call, claim }, id, { to: null, by });
    const refused = await advance('a while');
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await advance('a while')).toEqual({ ...refused, replayed: true });

    claim = { key: randomUUID(), hash: 'by a month' };
    await life.owner`insert into test_clocks (tenant_id, scope, subscription_id, frozen_at, target_at)
      values (${life.tenantId}, ${id}, ${id}, ${life.now()}, ${life.now() + MINUTE_MS})`;
    await expect(advance('P1M')).rejects.toMatchObject({ code: 'clock_advancing' });
    await life.owner`delete from test_clocks where scope = ${id}`;
    await expectOneMonth(id, await life.advance(id, { by: 'P1M' }, claim));
  });
});

describe('an advance of the tenant that nobody has finished', () => {
  it('is completed by its key, as far as it was meant and no further', async () => {
    const [one, two] = [await life.subscribe(), await life.subscribe()];
    await advanceAndLose(null, (proxy) => proxy.holdBefore(listsThoseBehind));
    const again = await life.advance(null, { by: 'P1M' }, claim);
    for (const { id } of [one, two]) await expectOneMonth(id, again);
  });

  it('is completed also where some were on their way, and leaves nobody short of where the tenant stands by then', async () => {
    const [one, two] = [await life.subscribe(), await life.subscribe()];
    const runs = async () =>
      (await Promise.all([one, two].map(({ id }) => life.rows('billing_runs', id)))).map(({ length }) => length);
    const heads = ({ text, values }: PassingStatement) =>
      /insert into "?test_clocks/.test(text) && values.includes(two.id);
    await advanceAndLose(null, (proxy) => proxy.holdBefore(heads), one.id);
    await life.drive(one.id);
    const earlier = claim;
    claim = { key: randomUUID(), hash: 'by a month' };
    await advanceAndLose(null, (proxy) => proxy.holdBefore(listsThoseBehind));
    expect(await runs()).toEqual([2, 1]);

    const now = '2026-03-10T10:00:00.000Z';
    expect(await life.advance(null, { by: 'P1M' }, earlier)).toMatchObject({ status: 200, body: { now } });
    expect(await runs()).toEqual([2, 3]);
    expect(await life.advance(null, { by: 'P1M' }, claim)).toMatchObject({ status: 200, body: { now } });
    expect(await runs()).toEqual([3, 3]);
  });
});
