import { describe, expect, it } from 'vitest';
import { type Instant, toIso } from '../instant.ts';
import { planForecast, type Terms } from '../invoices/plan-forecast.ts';
import { amountFor } from '../pricing/price.ts';
import { planChange } from '../proration/plan-change.ts';
import { planDateMove } from '../proration/plan-date-move.ts';
import { planPause, planResume } from '../subscriptions/pause.ts';
import { printInvoices, printProration, printTitle } from './print-invoices.ts';
import { at, month, stateOf, terms } from './sample-state.ts';

describe('invoices of the calendar', () => {
  it.each([
    ['month-end', 'From 31 January through a leap February', '2028-01-31T09:30:00Z', 'Europe/Berlin', month, 6],
    ['leap-day', 'From a leap day, by the year', '2028-02-29T12:00:00Z', 'UTC', { unit: 'year', count: 1 }, 5],
    [
      'gap-berlin',
      'Over the hour that DST skips',
      '2026-03-28T01:30:00Z',
      'Europe/Berlin',
      { unit: 'day', count: 1 },
      3,
    ],
    [
      'overlap-new-york',
      'Over the hour that comes twice',
      '2026-10-31T05:30:00Z',
      'America/New_York',
      { unit: 'day', count: 1 },
      3,
    ],
    ['kathmandu', 'In a zone of three quarters of an hour', '2026-01-30T18:15:00Z', 'Asia/Kathmandu', month, 4],
    [
      'two-weeks',
      'Every two weeks over the change to summer time',
      '2026-02-27T17:00:00Z',
      'America/New_York',
      { unit: 'week', count: 2 },
      4,
    ],
  ] as const)('%s', async (name, text, startsAt, zone, interval, periods) => {
    const sold = terms('Basic', 2000, 'EUR', { interval });
    const forecast = planForecast(stateOf(sold, at(startsAt), zone, { periods }));
    const page = [printTitle(text, sold, zone), printInvoices(forecast, zone)].join('\n');
    await expect(page).toMatchFileSnapshot(`./${name}.txt`);
  });
});

describe('invoices of changes', () => {
  const zone = 'Europe/Berlin';
  const periodStartAt = at('2026-01-31T09:30:00Z');
  const periodEndAt = at('2026-02-28T09:30:00Z');

  function changed(from: Terms, to: Terms, changeAt: Instant, mode: 'next_invoice' | 'invoice_now' | 'none') {
    const full = amountFor(from.price, from.quantity);
    const plan = planChange({
      at: changeAt,
      periodStartAt,
      periodEndAt,
      periodPausedMs: 0,
      basis: { amountMinor: full, startsAt: periodStartAt, endsAt: periodEndAt },
      pending: [],
      fromDescription: from.planName,
      toDescription: to.planName,
      newAmountMinor: amountFor(to.price, to.quantity),
      mode,
    });
    const next = stateOf(to, periodStartAt, zone, { pendingLines: plan.pendingAfter });
    const running = { status: 'active' as const, periodEndAt, creditBalanceMinor: plan.creditBalanceDeltaMinor };
    const forecast = planForecast({ ...next, subscription: { ...next.subscription, ...running } });
    const { currency } = to.price;
    return [
      printTitle(`${from.planName} to ${to.planName} at ${toIso(changeAt)}, ${mode}`, from, zone),
      printProration(plan, currency, zone),
      printInvoices(forecast, zone),
    ].join('\n');
  }

  const midPeriod = at('2026-02-14T09:30:00Z');
  const odd = at('2026-02-09T17:11:23.457Z');
  it.each([
    ['upgrade-next-invoice', terms('Basic', 2000, 'EUR'), terms('Pro', 5000, 'EUR'), midPeriod, 'next_invoice'],
    ['upgrade-invoice-now', terms('Basic', 1999, 'USD'), terms('Pro', 4999, 'USD'), odd, 'invoice_now'],
    ['upgrade-yen', terms('Basic', 1500, 'JPY'), terms('Pro', 3333, 'JPY'), odd, 'next_invoice'],
    ['downgrade-dinar', terms('Pro', 12_345, 'KWD'), terms('Basic', 1_005, 'KWD'), odd, 'next_invoice'],
    ['change-without-proration', terms('Basic', 2000, 'EUR'), terms('Pro', 5000, 'EUR'), midPeriod, 'none'],
  ] as const)('%s', async (name, from, to, changeAt, mode) => {
    await expect(changed(from, to, changeAt, mode)).toMatchFileSnapshot(`./${name}.txt`);
  });

  it('more-seats', async () => {
    const seats = (quantity: number) => ({ ...terms('Seat', 799, 'EUR', { model: 'per_unit' }), quantity });
    const page = changed(seats(3), seats(8), midPeriod, 'next_invoice');
    await expect(page).toMatchFileSnapshot('./more-seats.txt');
  });

  it('date-move: a later billing date becomes the anchor', async () => {
    const sold = terms('Basic', 2000, 'EUR');
    const newEndAt = at('2026-03-15T09:30:00Z');
    const plan = planDateMove({
      at: midPeriod,
      oldEndAt: periodEndAt,
      newEndAt,
      periodStartAt,
      periodPausedMs: 0,
      basis: { amountMinor: 2000, startsAt: periodStartAt, endsAt: periodEndAt },
      pending: [],
      description: 'Basic',
      fullAmountMinor: 2000,
      mode: 'next_invoice',
    });
    const next = stateOf(sold, newEndAt, zone, { pendingLines: plan.pendingAfter });
    const forecast = planForecast({
      ...next,
      subscription: { ...next.subscription, status: 'active', periodEndAt: newEndAt },
    });
    const title = printTitle('Next billing date moved to 15 March', sold, zone);
    const page = [title, printProration(plan, 'EUR', zone), printInvoices(forecast, zone)].join('\n');
    await expect(page).toMatchFileSnapshot('./date-move.txt');
  });

  it('pause: 31 January to 28 February, paused from the 10th over the boundary', async () => {
    const sold = terms('Basic', 2000, 'EUR');
    const pausedAt = at('2026-02-10T09:30:00Z');
    const resumesAt = at('2026-03-20T09:30:00Z');
    const { remainingMs } = planPause({ now: pausedAt, periodEndAt });
    const before = stateOf(sold, periodStartAt, zone);
    const paused = { status: 'paused' as const, periodEndAt, resumesAt, pauseRemainingMs: remainingMs };
    const promised = planForecast({ ...before, subscription: { ...before.subscription, ...paused } });
    const basis = { amountMinor: 2000, startsAt: periodStartAt, endsAt: periodEndAt };
    const resumed = planResume({
      now: resumesAt,
      pausedAt,
      remainingMs,
      zone,
      basis,
      pendingLines: [],
      periodPausedMs: 0,
    });
    const running = { ...before.subscription, status: 'active' as const, periodEndAt: resumed.periodEndAt };
    expect(planForecast({ ...before, subscription: running, anchor: resumed.anchor })).toEqual(promised);
    const facts = `remaining at the pause: ${remainingMs / 3_600_000} hours\nperiod ends ${toIso(resumed.periodEndAt)}\n`;
    const title = printTitle('Paused 10 February to 20 March', sold, zone);
    const page = [title, facts, printInvoices(promised, zone)].join('\n');
    await expect(page).toMatchFileSnapshot('./pause.txt');
  });
});
