import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../subscriptions/change-subscription.ts';
import { pauseSubscription } from '../subscriptions/pause-subscription.ts';
import { resumeSubscription } from '../subscriptions/resume-subscription.ts';
import { advanceTestClock, readTestClock } from './advance-test-clock.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const month = (id: SubscriptionId | null, count = 1) => life.advance(id, { by: `P${count}M` });
const clockOf = async (id: SubscriptionId | null) =>
  (await readTestClock(life.context, life.call, id)).body as { now: string; advancing: boolean; target: string | null };

/** Writes the target and gives up waiting: nobody is awake. */
async function advanceUnattended(id: SubscriptionId, targetAt: number): Promise<void> {
  const now = await life.owner<{ frozenAt: number }[]>`select frozen_at from test_clocks where scope = ${id}`;
  await life.owner`
    insert into test_clocks (tenant_id, scope, subscription_id, frozen_at, target_at)
    values (${life.tenantId}, ${id}, ${id}, ${now[0]?.frozenAt ?? life.now()}, ${targetAt})
    on conflict (tenant_id, scope) do update set target_at = excluded.target_at`;
}

describe('an advance of one subscription', () => {
  it('does everything due on the way, in order, each at its own instant', async () => {
    const { id } = await life.subscribe();
    expect(await month(id, 14)).toMatchObject({
      status: 200,
      body: { now: '2027-03-31T10:00:00.000Z', advancing: false },
    });
    const renewed = (await life.rows('timeline', id)).filter(({ action }) => action === 'renewed');
    expect(renewed.map(({ at }) => iso(at)?.slice(0, 10))).toEqual([
      ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31', '2026-08-31'],
      ...['2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28', '2027-03-31'],
    ]);
    const charged = await life.owner<{ at: number }[]>`
      select distinct at from ledger_entries where subscription_id = ${id} and kind = 'charge' order by at`;
    const begun = (await life.rows('billing_runs', id)).map(({ boundaryAt }) => boundaryAt);
    expect(charged.map(({ at }) => iso(at))).toEqual(begun.map(iso));
    expect((await life.rows('invoices', id)).map(({ number }) => number)).toEqual(
      Array.from({ length: 15 }, (_n, i) => i + 1),
    );
  });

  it('is audited, one of a tenant too', async () => {
    const { id } = await life.subscribe();
    await month(id, 1);
    await month(null, 2);
    const audits = await life.owner`
      select resource_id, actor, details from audit_log where tenant_id = ${life.tenantId} and action = 'test_clock.advanced'
      order by id`;
    const { actor } = life.call.caller;
    expect(audits).toEqual([
      { resourceId: id, actor, details: { to: '2026-02-28T10:00:00.000Z' } },
      { resourceId: life.tenantId, actor, details: { to: '2026-03-31T10:00:00.000Z' } },
    ]);
  });

  it('lives a whole dunning ladder at its own days', async () => {
    const { id } = await life.subscribe({ token: 'tok_decline_after_1' });
    await month(id, 2);
    const failed = (await life.rows('timeline', id)).filter(({ action }) => action === 'payment_failed');
    expect(failed.map(({ at }) => iso(at)?.slice(0, 10))).toEqual([
      ...['2026-02-28', '2026-03-01', '2026-03-03', '2026-03-07', '2026-03-15'],
    ]);
    expect(await life.sub(id)).toMatchObject({
      status: 'canceled',
      canceledAt: Date.parse('2026-03-15T10:00:00.000Z'),
    });
  });

  it('freezes time: nothing happens between advances, however long', async () => {
    const { id } = await life.subscribe();
    await month(id, 1);
    await life.live(100 * DAY_MS);
    expect(await life.rows('billing_runs', id)).toHaveLength(2);
    expect(await clockOf(id)).toEqual({ now: '2026-02-28T10:00:00.000Z', advancing: false, target: null });
  });

  it('leaves commands at the frozen now', async () => {
    const { id } = await life.subscribe();
    await life.advance(id, { by: 'P10D' });
    await pauseSubscription(life.context, life.call, id, { resumesAt: null });
    await life.advance(id, { by: 'P20D' });
    await resumeSubscription(life.context, life.call, id);
    expect(await life.sub(id)).toMatchObject({ periodEndAt: Date.parse('2026-03-20T10:00:00.000Z') });
    await life.advance(id, { by: 'P1M' });
    expect((await life.rows('billing_runs', id)).map(({ periodStartAt }) => iso(periodStartAt)?.slice(0, 10))).toEqual([
      ...['2026-01-31', '2026-03-20'],
    ]);
  });

  it('wakes at once for what a command makes due at the frozen now', async () => {
    const { id } = await life.subscribe();
    const yearly = await life.makePlan({ interval: 'year', amountMinor: 20_000 });
    await life.advance(id, { by: 'P10D' });
    await changeSubscription(life.context, life.call, id, {
      planId: yearly,
      effective: 'now',
      proration: 'next_invoice',
    });
    expect(await life.sub(id)).toMatchObject({ nextKind: 'renew', wakeAt: life.now() });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ periodEndAt: Date.parse('2027-02-10T10:00:00.000Z') });
  });

  it('does not pass an attempt whose outcome is not known; that is resolved in real time, and then it goes on', async () => {
    const { id } = await life.subscribe();
    await life.advance(id, { by: 'P1D' });
    life.provider.script({ next: ['timeout_after'] });
    const target = Date.parse('2026-05-01T00:00:00.000Z');
    await advanceUnattended(id, target);
    await life.drive(id);
    expect(await life.sub(id)).toMatchObject({ nextKind: 'look_up', wakeAt: life.now() + 3 * SECOND_MS });
    expect(await clockOf(id)).toMatchObject({ now: '2026-02-28T10:00:00.000Z', advancing: true });
    await life.live(5 * SECOND_MS);
    expect(await clockOf(id)).toMatchObject({ now: '2026-05-01T00:00:00.000Z', advancing: false });
    expect(await life.rows('billing_runs', id)).toHaveLength(4);
  });

  it('refuses commands until it has arrived, and another advance, but not a reading', async () => {
    const { id } = await life.subscribe();
    await advanceUnattended(id, life.now() + 400 * DAY_MS);
    const quantity = { quantity: 2, effective: 'now', proration: 'none' } as const;
    expect(await refusalOf(changeSubscription(life.context, life.call, id, quantity))).toBe('clock_advancing');
    expect(await refusalOf(cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' }))).toBe(
      'clock_advancing',
    );
    expect(await refusalOf(advanceTestClock(life.context, life.call, id, { to: null, by: 'P1D' }))).toBe(
      'clock_advancing',
    );
    expect(await clockOf(id)).toMatchObject({ advancing: true });
    await life.drive(id);
    await life.settle();
    expect((await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' })).status).toBe(200);
  });

  it('of a subscription that is over arrives although nobody is awake for it', async () => {
    const { id } = await life.subscribe({ token: 'tok_stolen_card' });
    expect(await month(id)).toMatchObject({ status: 200, body: { advancing: false } });
    const canceled = await life.subscribe();
    await cancelSubscription(life.context, life.call, canceled.id, { reason: null, at: 'now' });
    expect(await month(canceled.id)).toMatchObject({ status: 200 });
  });

  it.each([
    ['backwards', { to: '2026-01-01T00:00:00.000Z' }, 'invalid_request'],
    ['by no duration', { by: 'a while' }, 'invalid_request'],
  ])('%s is refused', async (_how, input, code) => {
    const { id } = await life.subscribe();
    const asked = {
      to: 'to' in input ? Date.parse(input.to ?? '') : null,
      by: 'by' in input ? (input.by ?? '') : null,
    };
    expect(await refusalOf(advanceTestClock(life.context, life.call, id, asked))).toBe(code);
  });

  it('is refused in a live tenant, for an unknown subscription and for a parked one', async () => {
    const { id } = await life.subscribe();
    const advance = (of: SubscriptionId) => advanceTestClock(life.context, life.call, of, { to: null, by: 'P1D' });
    expect(await refusalOf(advance(newId('subscription')))).toBe('not_found');
    await life.owner`update subscriptions set parked_at = ${life.now()} where id = ${id}`;
    expect(await refusalOf(advance(id))).toBe('subscription_needs_attention');
    await life.owner`update subscriptions set parked_at = null where id = ${id}`;
    await life.owner`update tenants set mode = 'live' where tenant_id = ${life.tenantId}`;
    expect(await refusalOf(advance(id))).toBe('live_tenant');
  });

  it('expires an incomplete subscription at its 24 h, after its authentication was closed at 23 h', async () => {
    const { id } = await life.subscribe({ token: 'tok_requires_action' });
    await life.advance(id, { by: 'P1D' });
    expect(await life.sub(id)).toMatchObject({ status: 'expired' });
  });
});

describe('an advance of the whole tenant', () => {
  it('moves the clocks that are behind, and those only; new subscriptions start where it stands', async () => {
    const behind = await life.subscribe();
    const ahead = await life.subscribe();
    const over = await life.subscribe();
    await cancelSubscription(life.context, life.call, over.id, { reason: null, at: 'now' });
    await life.advance(ahead.id, { by: 'P6M' });
    const aheadBefore = await life.sub(ahead.id);
    expect(await month(null, 3)).toMatchObject({
      status: 200,
      body: { now: '2026-04-30T10:00:00.000Z', advancing: false },
    });
    expect(await life.rows('billing_runs', behind.id)).toHaveLength(4);
    expect(await life.sub(ahead.id)).toEqual(aheadBefore);
    expect(await clockOf(over.id)).toMatchObject({ advancing: false });
    const fresh = await life.subscribe();
    expect(await life.sub(fresh.id)).toMatchObject({ periodStartAt: Date.parse('2026-04-30T10:00:00.000Z') });
    await month(null);
    expect(await life.rows('billing_runs', fresh.id)).toHaveLength(2);
  });

  it('waits for no parked subscription, and does not move it', async () => {
    const parked = await life.subscribe();
    await life.owner`update subscriptions set parked_at = ${life.now()} where id = ${parked.id}`;
    const { id } = await life.subscribe();
    expect(await month(null, 2)).toMatchObject({ status: 200, body: { advancing: false } });
    expect(await month(null, 2)).toMatchObject({ status: 200, body: { advancing: false } });
    expect(await life.rows('billing_runs', id)).toHaveLength(5);
    expect(await life.rows('billing_runs', parked.id)).toHaveLength(1);
    await life.owner`update subscriptions set parked_at = null where id = ${parked.id}`;
  });

  it('two at once: one is refused', async () => {
    const { id } = await life.subscribe();
    await life.drive(id);
    const answers = await Promise.allSettled([month(null), month(null)]);
    const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : answer.value.status));
    expect([
      [200, 'clock_advancing'],
      [200, 200],
    ]).toContainEqual(codes.toSorted());
    await life.live(MINUTE_MS);
  });
});
