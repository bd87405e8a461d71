import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { archivePlan } from '../catalog/archive-plan.ts';
import { changePlanDetails } from '../catalog/change-plan-details.ts';
import { forecastSubscription } from '../subscriptions/forecast-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

async function periods(id: SubscriptionId): Promise<(string | null)[][]> {
  const runs = await life.rows('billing_runs', id);
  return runs.map((run) => [
    iso(run.periodStartAt)?.slice(0, 10) ?? null,
    iso(run.periodEndAt)?.slice(0, 10) ?? null,
    run.status,
  ]);
}

describe('renewals (R26)', () => {
  it('follow the anchor through short months, each with its invoice, charge, ledger and event', async () => {
    const { id } = await life.subscribe();
    await life.liveTo('2027-02-01T00:00:00.000Z');
    const days = [
      ...['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31'],
      ...['2026-08-31', '2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31', '2027-01-31', '2027-02-28'],
    ];
    expect(await periods(id)).toEqual(days.slice(0, -1).map((day, index) => [day, days[index + 1], 'settled']));
    const invoices = await life.rows('invoices', id);
    expect(invoices.map(({ number, status }) => [number, status])).toEqual(
      days.slice(1).map((_d, i) => [i + 1, 'paid']),
    );
    expect((await life.topics(id)).filter((topic) => topic === 'subscriptions.renewed')).toHaveLength(12);
    expect((await life.rows('payment_attempts', id)).every(({ sendCount }) => sendCount === 1)).toBe(true);
  });

  it('keep the local time over both changes of the clock', async () => {
    const { id } = await life.subscribe({ timezone: 'America/New_York' });
    await life.liveTo('2026-12-01T00:00:00.000Z');
    const hours = (await life.rows('billing_runs', id)).map(({ periodStartAt }) => iso(periodStartAt)?.slice(5, 16));
    expect(hours).toEqual([
      ...['01-31T10:00', '02-28T10:00', '03-31T09:00', '04-30T09:00', '05-31T09:00', '06-30T09:00', '07-31T09:00'],
      ...['08-31T09:00', '09-30T09:00', '10-31T09:00', '11-30T10:00'],
    ]);
  });

  it('fall due all at once over many subscriptions without disturbing one another', async () => {
    const planId = await life.makePlan();
    const made = [];
    for (let index = 0; index < 8; index += 1) made.push(await life.subscribe({ planId }));
    life.skipTo('2026-02-28T10:00:00.000Z');
    await Promise.all(made.map(({ id }) => life.drive(id)));
    const numbers = await life.owner<{ number: number }[]>`
      select number from invoices where tenant_id = ${life.tenantId} order by number`;
    expect(numbers.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_n, index) => index + 1));
  });

  it('come no sooner than they are due, and once: whoever looks early or twice finds nothing to do', async () => {
    const { id } = await life.subscribe();
    life.skipTo('2026-02-28T09:59:59.999Z');
    expect(await life.drive(id)).toMatchObject({ kind: 'sleep' });
    expect(await life.rows('billing_runs', id)).toHaveLength(1);
    life.skip(1);
    await Promise.all([life.drive(id), life.drive(id), life.drive(id)]);
    await life.drive(id);
    expect(await life.rows('billing_runs', id)).toHaveLength(2);
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
  });
});

it('keep the price the subscription was sold at, also when its plan has a new one or is archived (R30)', async () => {
  const { id, planId } = await life.subscribe();
  await changePlanDetails(life.context, life.call, planId, { details: { name: 'Pro 2' }, amountMinor: 9900 });
  await archivePlan(life.context, life.call, planId);
  await life.liveTo('2026-03-01T00:00:00.000Z');
  expect((await life.rows('invoices', id)).map(({ totalMinor }) => totalMinor)).toEqual([1999, 1999]);
  const lines = await life.owner`select description from invoice_lines where tenant_id = ${life.tenantId}`;
  expect(lines.map(({ description }) => description)).toEqual(['Pro', 'Pro 2']);
});

describe('after five months nobody was awake', () => {
  it('catch_up: all invoices every period in order, each charged once the one before is paid', async () => {
    const { id } = await life.subscribe();
    life.skipTo('2026-07-15T00:00:00.000Z');
    await life.settle();
    expect((await periods(id)).map(([start]) => start)).toEqual([
      ...['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30'],
    ]);
    const attempts = await life.rows('payment_attempts', id);
    expect(attempts.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'succeeded'));
    expect((await life.rows('timeline', id)).filter(({ action }) => action === 'renewed')).toHaveLength(5);
    expect(await life.sub(id)).toMatchObject({ periodEndAt: Date.parse('2026-07-31T10:00:00.000Z') });
  });

  it('catch_up: all stops at the first period that is not paid, and goes on when it is', async () => {
    const { id } = await life.subscribe();
    life.skipTo('2026-07-15T00:00:00.000Z');
    life.provider.script({ next: ['ok', 'decline:generic_decline'] });
    await life.settle();
    expect((await periods(id)).map(([, , status]) => status)).toEqual(['settled', 'settled', 'open']);
    await life.live(DAY_MS);
    expect(await periods(id)).toHaveLength(6);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('catch_up: latest invoices the period that is running and keeps the others as skipped', async () => {
    await life.setSettings({ catchUp: 'latest' });
    const { id } = await life.subscribe();
    life.skipTo('2026-07-15T00:00:00.000Z');
    await life.settle();
    expect((await periods(id)).map(([start, , status]) => [start, status])).toEqual([
      ['2026-01-31', 'settled'],
      ...['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'].map((start) => [start, 'skipped']),
      ['2026-06-30', 'settled'],
    ]);
    expect(await life.rows('invoices', id)).toHaveLength(2);
  });

  it('a late ladder is counted from when it began, not from the boundary five months ago', async () => {
    const { id } = await life.subscribe({ token: 'tok_decline_after_1' });
    life.skipTo('2026-07-15T00:00:00.000Z');
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'collect', nextAt: life.now() + DAY_MS });
  });

  it('free daily periods are caught up in order, however many', async () => {
    const planId = await life.makePlan({ amountMinor: 0, interval: 'day' });
    const { id } = await life.subscribe({ planId });
    life.skip(90 * DAY_MS + HOUR_MS);
    await life.settle();
    expect(await life.rows('billing_runs', id)).toHaveLength(91);
  });
});

describe('the forecast', () => {
  it.each([
    ['of a month-end anchor in a zone with summer time', { timezone: 'Europe/Berlin' }],
    ['of a trial', { trialPeriodDays: 10 }],
    ['of a start date ahead', { startDate: '2026-02-12', trialPeriodDays: 3 }],
    ['of several seats', { quantity: 7 }],
  ])('%s equals what is billed afterwards', async (_what, input) => {
    const { id } = await life.subscribe(input);
    const { body } = await forecastSubscription(life.context, life.call, id, 6);
    await life.live(250 * DAY_MS);
    const forecast = (body as { data: { period_start: string; period_end: string; total: number }[] }).data;
    const billed = (await life.rows('invoices', id)).slice('trialPeriodDays' in input ? 0 : 1);
    expect(forecast.map(({ period_start, period_end, total }) => [period_start, period_end, total])).toEqual(
      billed.slice(0, 6).map((row) => [iso(row.periodStartAt), iso(row.periodEndAt), row.totalMinor]),
    );
    expect(forecast).toHaveLength(6);
  });
});

it('a tenant’s live mode spreads boundaries over a minute, without moving what they promise', async () => {
  await life.owner`update tenants set mode = 'live' where tenant_id = ${life.tenantId}`;
  const planId = await life.makePlan();
  const rows = [];
  for (let index = 0; index < 6; index += 1) rows.push(await life.sub((await life.subscribe({ planId })).id));
  const jitters = rows.map(({ wakeAt, nextAt }) => wakeAt - nextAt);
  expect(jitters.every((jitterMs) => jitterMs >= 0 && jitterMs < MINUTE_MS)).toBe(true);
  expect(new Set(jitters).size).toBeGreaterThan(1);
  await life.live(40 * DAY_MS);
  const runs = await life.rows('billing_runs', rows[0]?.id as SubscriptionId);
  expect(iso(runs[1]?.boundaryAt ?? null)).toBe('2026-02-28T10:00:00.000Z');
});
