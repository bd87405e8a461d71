import { expect, it } from 'vitest';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../billing/subscriptions/change-subscription.ts';
import { pauseSubscription } from '../billing/subscriptions/pause-subscription.ts';
import { resumeSubscription } from '../billing/subscriptions/resume-subscription.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { DAY_MS, type Instant, MINUTE_MS } from '../domain/instant.ts';
import { openLives } from './support/open-lives.ts';
import type { WorkflowLife } from './support/workflow-life.ts';

const lives = openLives();

const monthEnds = [
  ...['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31', '2027-06-30', '2027-07-31', '2027-08-31'],
  ...['2027-09-30', '2027-10-31', '2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30'],
  ...['2028-05-31', '2028-06-30', '2028-07-31', '2028-08-31', '2028-09-30', '2028-10-31', '2028-11-30', '2028-12-31'],
  ...['2029-01-31', '2029-02-28'],
];
/** To the nearest: the skipped clock also runs, and a command comes some milliseconds after the instant it is asked for. */
const minuteOf = (at: Instant) => new Date(at + MINUTE_MS / 2).toISOString().slice(0, 16);
const berlin = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'short',
  timeStyle: 'short',
});

async function periods(life: WorkflowLife, id: SubscriptionId, say: (at: Instant) => string = minuteOf) {
  const runs = await life.rows('billing_runs', id);
  return runs.map((run) => `${say(run.periodStartAt)} – ${say(run.periodEndAt)} ${run.status}`);
}

/** Every invoice is captured once, in order, at its boundary or where it was made. */
async function expectCaptures(life: WorkflowLife, id: SubscriptionId, amounts: readonly number[]) {
  const invoices = await life.rows('invoices', id);
  expect(invoices.map(({ number, status, totalMinor }) => [number, status, totalMinor])).toEqual(
    amounts.map((amountMinor, index) => [index + 1, 'paid', amountMinor]),
  );
  const captures = await life.captures();
  expect(captures.map(({ invoice, amountMinor }) => [invoice, amountMinor])).toEqual(
    amounts.map((amountMinor, index) => [index + 1, amountMinor]),
  );
  const attempts = await life.rows('payment_attempts', id);
  expect(attempts.map(({ number, sendCount }) => [number, sendCount])).toEqual(amounts.map(() => [1, 1]));
  const late = attempts.map(({ dueAt }, index) => (captures[index]?.at ?? 0) - dueAt);
  expect(Math.max(...late)).toBeLessThan(MINUTE_MS);
}

const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

it('follows 31 January over two years and a leap day, awake once per boundary; an upgrade in month 5 is on the next invoice', async () => {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  const team = await life.makePlan({ amountMinor: 5_000 });
  const { takeStep } = life.activities;
  let looks = 0;
  life.activities.takeStep = (ref) => {
    looks += 1;
    return takeStep(ref);
  };
  const { id } = await life.subscribe({ planId: await life.makePlan({ amountMinor: 2_000 }) });
  await life.liveTo('2027-06-15T10:00:00.000Z');
  await changeSubscription(life.context, life.call, id, {
    planId: team,
    effective: 'now',
    proration: 'next_invoice',
  });
  await life.liveTo('2029-02-01T00:00:00.000Z');

  expect(await periods(life, id, (at) => minuteOf(at).replace('T10:00', ''))).toEqual(
    monthEnds.slice(0, -1).map((start, index) => `${start} – ${monthEnds[index + 1]} settled`),
  );
  await expectCaptures(life, id, [...repeat(5, 2_000), 6_500, ...repeat(19, 5_000)]);
  // 24 boundaries, and the upgrade that the engine's UI is to show.
  expect(looks).toBe(25);
  expect(await lives.harness().describe(life.ref(id))).toMatchObject({
    memo: { nextAction: 'Renew 50.00 USD on 2029-02-28', lastResult: 'Paid 50.00 USD' },
    searchAttributes: { SubscriptionStatus: ['active'], PlanId: [team] },
  });
});

it('keeps the wall clock of Berlin over four changes of the hour; an upgrade in month 5 is charged there and then', async () => {
  const life = await lives.begin('2027-01-28T01:30:00.000Z');
  const team = await life.makePlan({ amountMinor: 5_000 });
  const { id } = await life.subscribe({
    planId: await life.makePlan({ amountMinor: 2_000 }),
    timezone: 'Europe/Berlin',
  });
  await life.liveTo('2027-07-13T00:30:00.000Z');
  const answer = await changeSubscription(life.context, life.call, id, {
    planId: team,
    effective: 'now',
    proration: 'invoice_now',
  });
  expect(answer.status).toBe(200);
  await life.liveTo('2029-01-28T12:00:00.000Z');

  // On 28 March 2027 the clock goes from 02:00 to 03:00: that one day has no half past two.
  const days = Array.from({ length: 26 }, (_none, month) => {
    const day = `${2027 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-28`;
    return day === '2027-03-28' ? `${day} 03:30` : `${day} 02:30`;
  });
  expect(await periods(life, id, (at) => berlin.format(at))).toEqual(
    days.slice(0, -1).map((start, index) => `${start} – ${days[index + 1]} settled`),
  );
  await expectCaptures(life, id, [...repeat(6, 2_000), 1_500, ...repeat(19, 5_000)]);
});

it('charges first when the trial ends, from there on by the month, and nothing after a cancel at period end', async () => {
  const life = await lives.begin('2027-01-17T10:00:00.000Z');
  const { id } = await life.subscribe({ trialPeriodDays: 14 });
  await life.liveTo('2027-01-31T09:59:00.000Z');
  expect(await life.sub(id)).toMatchObject({ status: 'trialing' });
  expect(await life.captures()).toEqual([]);
  await life.liveTo('2027-05-01T00:00:00.000Z');
  await cancelSubscription(life.context, life.call, id, { at: 'period_end', reason: 'moved away' });
  await life.liveTo('2027-05-31T09:59:00.000Z');
  expect(await life.sub(id)).toMatchObject({ status: 'active', canceledAt: null });
  await life.liveTo('2029-01-17T10:00:00.000Z');

  const { status, canceledAt, cancelReason } = await life.sub(id);
  expect([status, minuteOf(canceledAt ?? 0), cancelReason]).toEqual(['canceled', '2027-05-31T10:00', 'moved away']);
  expect(await periods(life, id)).toEqual([
    '2027-01-17T10:00 – 2027-01-31T10:00 settled',
    '2027-01-31T10:00 – 2027-02-28T10:00 settled',
    '2027-02-28T10:00 – 2027-03-31T10:00 settled',
    '2027-03-31T10:00 – 2027-04-30T10:00 settled',
    '2027-04-30T10:00 – 2027-05-31T10:00 settled',
  ]);
  await expectCaptures(life, id, repeat(4, 1_999));
  expect(await lives.harness().result(life.ref(id))).toBe('Ended: canceled');
});

it('keeps the time that is paid for over pauses across boundaries, to a date and open-ended', async () => {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  const { id } = await life.subscribe();
  await life.liveTo('2027-02-14T10:00:00.000Z');
  await pauseSubscription(life.context, life.call, id, { resumesAt: Date.parse('2027-04-20T10:00:00.000Z') });
  await life.liveTo('2027-04-20T09:59:00.000Z');
  expect(await lives.harness().describe(life.ref(id))).toMatchObject({
    memo: { state: expect.stringMatching(/^paused/), nextAction: 'Resume on 2027-04-20' },
    searchAttributes: { SubscriptionStatus: ['paused'] },
  });
  await life.liveTo('2027-06-20T10:00:00.000Z');
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
  await pauseSubscription(life.context, life.call, id, { resumesAt: null });
  await life.liveTo('2028-12-20T10:00:00.000Z');
  expect(await life.captures()).toHaveLength(3);
  await resumeSubscription(life.context, life.call, id);
  await life.liveTo('2029-01-31T10:00:00.000Z');

  expect(await periods(life, id)).toEqual([
    '2027-01-31T10:00 – 2027-05-04T10:00 settled',
    '2027-05-04T10:00 – 2027-06-04T10:00 settled',
    '2027-06-04T10:00 – 2029-01-03T10:00 settled',
    '2029-01-03T10:00 – 2029-02-03T10:00 settled',
  ]);
  const [first] = await life.rows('billing_runs', id);
  const [paused, resumed] = (await life.rows('timeline', id)).filter(({ action }) => /^(paused|resumed)$/.test(action));
  const pausedMs = (resumed?.at ?? 0) - (paused?.at ?? 0);
  expect((first?.periodEndAt ?? 0) - (first?.periodStartAt ?? 0) - pausedMs).toBe(28 * DAY_MS);
  await expectCaptures(life, id, repeat(4, 1_999));
});
