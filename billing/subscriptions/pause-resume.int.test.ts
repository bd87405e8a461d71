import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { changeSubscription } from './change-subscription.ts';
import { forecastSubscription } from './forecast-subscription.ts';
import { pauseSubscription } from './pause-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';
import { uncancelSubscription } from './uncancel-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const pause = (id: SubscriptionId, resumesAt: Instant | null = null) =>
  pauseSubscription(life.context, life.call, id, { resumesAt });
const resume = (id: SubscriptionId) => resumeSubscription(life.context, life.call, id);
const cancel = (id: SubscriptionId, at: 'now' | 'period_end') =>
  cancelSubscription(life.context, life.call, id, { reason: 'no need', at });
const uncancel = (id: SubscriptionId) => uncancelSubscription(life.context, life.call, id);

describe('a pause (R24)', () => {
  it('keeps the time that is left to the millisecond, and the anchor moves with the resume', async () => {
    const { id } = await life.subscribe();
    await life.live(10 * DAY_MS + 12_345);
    await pause(id);
    const leftMs = boundary - life.now();
    await life.live(77 * DAY_MS + 6_789);
    expect(await life.rows('billing_runs', id)).toHaveLength(1);
    await resume(id);
    const endAt = life.now() + leftMs;
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodEndAt: endAt, nextAt: endAt });
    await life.liveTo(endAt);
    const [, second] = await life.rows('billing_runs', id);
    expect(second?.periodStartAt).toBe(endAt);
    expect(new Date(second?.periodEndAt ?? 0).toISOString().slice(8)).toBe(new Date(endAt).toISOString().slice(8));
  });

  it('of a pause of a pause adds up', async () => {
    const { id } = await life.subscribe();
    for (let round = 0; round < 3; round += 1) {
      await life.live(DAY_MS);
      await pause(id);
      await life.live(5 * DAY_MS);
      await resume(id);
    }
    expect(await life.sub(id)).toMatchObject({ periodEndAt: boundary + 15 * DAY_MS, periodPausedMs: 15 * DAY_MS });
  });

  it('until a date ends by itself then, not before', async () => {
    const { id } = await life.subscribe();
    const resumesAt = life.now() + 40 * DAY_MS;
    await pause(id, resumesAt);
    expect(await life.sub(id)).toMatchObject({ nextKind: 'resume', nextAt: resumesAt });
    await life.liveTo(resumesAt - 1);
    expect((await life.sub(id)).status).toBe('paused');
    await life.liveTo(resumesAt);
    expect(await life.sub(id)).toMatchObject({
      status: 'active',
      periodEndAt: boundary + 40 * DAY_MS,
      resumesAt: null,
    });
    expect(await life.topics(id)).toContain('subscriptions.resumed');
  });

  it('until a date is forecast as ending then, and billed so', async () => {
    const { id } = await life.subscribe();
    await life.live(10 * DAY_MS);
    await pause(id, life.now() + 20 * DAY_MS);
    const { body } = await forecastSubscription(life.context, life.call, id, 2);
    const forecast = (body as { data: { period_start: string; total: number }[] }).data;
    await life.live(120 * DAY_MS);
    const billed = (await life.rows('invoices', id)).slice(1, 3);
    expect(forecast.map(({ period_start, total }) => [Date.parse(period_start), total])).toEqual(
      billed.map(({ periodStartAt, totalMinor }) => [periodStartAt, totalMinor]),
    );
  });

  it('with a date that is not ahead is refused', async () => {
    const { id } = await life.subscribe();
    expect(await refusalOf(pause(id, life.now()))).toBe('invalid_request');
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('of a trial stops its clock, and the first charge comes when the trial’s own days are over', async () => {
    const { id } = await life.subscribe({ trialPeriodDays: 10 });
    await life.live(4 * DAY_MS);
    await pause(id);
    await life.live(30 * DAY_MS);
    await resume(id);
    expect(await life.sub(id)).toMatchObject({ status: 'trialing', trialEndAt: life.now() + 6 * DAY_MS });
    expect(await life.rows('invoices', id)).toEqual([]);
    await life.live(6 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect((await life.rows('billing_runs', id)).map(({ kind }) => kind)).toEqual(['trial', 'first']);
  });

  it('that comes after a boundary nobody has opened is not charged for it; the resume is', async () => {
    const { id } = await life.subscribe();
    life.skipTo(boundary + HOUR_MS);
    await pause(id);
    await life.live(10 * DAY_MS);
    expect(await life.rows('invoices', id)).toHaveLength(1);
    await resume(id);
    const resumedAt = life.now();
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect((await life.sub(id)).periodStartAt).toBe(resumedAt + 1);
  });

  it('keeps an upgrade’s pending lines and the paid share as they were', async () => {
    const { id } = await life.subscribe();
    await life.live(14 * DAY_MS);
    await changeSubscription(life.context, life.call, id, { quantity: 2, effective: 'now', proration: 'next_invoice' });
    await pause(id);
    await life.live(50 * DAY_MS);
    await resume(id);
    await changeSubscription(life.context, life.call, id, { quantity: 1, effective: 'now', proration: 'next_invoice' });
    expect(await life.sub(id)).toMatchObject({ pendingLines: [], creditBalanceMinor: 0 });
  });

  it.each([
    ['paused already', async (id: SubscriptionId) => void (await pause(id))],
    ['canceled', async (id: SubscriptionId) => void (await cancel(id, 'now'))],
  ])('of a subscription that is %s is refused, with what is allowed', async (_state, reach) => {
    const { id } = await life.subscribe();
    await reach(id);
    await expect(pause(id)).rejects.toMatchObject({
      code: 'invalid_state',
      details: { allowed_commands: expect.any(Array) },
    });
  });
});

describe('a resume', () => {
  it('of what is not paused is refused', async () => {
    const { id } = await life.subscribe();
    expect(await refusalOf(resume(id))).toBe('invalid_state');
  });
});

describe('a cancel (R25)', () => {
  it('now ends at once, says why, and charges nothing more', async () => {
    const { id } = await life.subscribe();
    expect((await cancel(id, 'now')).body).toMatchObject({
      status: 'canceled',
      canceled_at: '2026-01-31',
      cancel_at: null,
    });
    await life.live(60 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'no need' });
    expect(await life.rows('invoices', id)).toHaveLength(1);
    expect(await refusalOf(cancel(id, 'now'))).toBe('already_canceled');
  });

  it('at the period’s end runs until then, and not a charge further', async () => {
    const { id } = await life.subscribe();
    expect((await cancel(id, 'period_end')).body).toMatchObject({
      status: 'active',
      cancel_at: '2026-02-28T10:00:00.000Z',
      canceled_at: null,
    });
    await life.liveTo(boundary - 1);
    expect((await life.sub(id)).status).toBe('active');
    await life.liveTo(boundary);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', canceledAt: boundary });
    expect(await life.rows('invoices', id)).toHaveLength(1);
    expect(await life.topics(id)).toContain('subscriptions.cancelled');
  });

  it('at the period’s end holds although nobody was awake for months', async () => {
    const { id } = await life.subscribe();
    await cancel(id, 'period_end');
    life.skip(100 * DAY_MS);
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
    expect(await life.rows('invoices', id)).toHaveLength(1);
  });

  it('of a trial at its end charges nothing', async () => {
    const { id } = await life.subscribe({ trialPeriodDays: 5 });
    await cancel(id, 'period_end');
    await life.live(10 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
    expect(await life.rows('payments', id)).toEqual([]);
  });

  it('of a scheduled start ends it before it begins', async () => {
    const { id } = await life.subscribe({ startDate: '2026-03-01' });
    await cancel(id, 'period_end');
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', nextKind: 'none' });
  });

  it('taken back is as if it had never been', async () => {
    const { id } = await life.subscribe();
    await cancel(id, 'period_end');
    await uncancel(id);
    expect(await life.sub(id)).toMatchObject({ cancelAt: null, cancelReason: null, nextKind: 'renew' });
    expect(await refusalOf(uncancel(id))).toBe('invalid_state');
    await life.liveTo(boundary);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  });

  it('at the period’s end moves with a pause', async () => {
    const { id } = await life.subscribe();
    await cancel(id, 'period_end');
    await pause(id);
    await life.live(40 * DAY_MS);
    expect((await life.sub(id)).status).toBe('paused');
    await resume(id);
    expect(await life.sub(id)).toMatchObject({ cancelAt: boundary + 40 * DAY_MS });
    await life.liveTo(boundary + 40 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
  });

  it('of a paused subscription at the period’s end waits for the kept time to be used', async () => {
    const { id } = await life.subscribe();
    await pause(id);
    await cancel(id, 'period_end');
    await life.live(40 * DAY_MS);
    expect((await life.sub(id)).status).toBe('paused');
    await resume(id);
    await life.liveTo(boundary + 40 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
  });

  it('of a past-due subscription is now, whenever it was asked for', async () => {
    const { id } = await life.subscribe({ token: 'tok_decline_after_1' });
    await life.liveTo(boundary);
    expect((await cancel(id, 'period_end')).body).toMatchObject({ status: 'canceled' });
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
    await life.live(20 * DAY_MS);
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
  });
});
