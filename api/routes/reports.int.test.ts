import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { readToday } from '../../db/queries/reports/read-today.ts';
import { storeWebhook, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness } from '../../tests/support/api-harness.ts';
import { openReportRows, type ReportRows } from '../../tests/support/report-rows.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

/** Ten o'clock in Berlin, where the day began at 23:00 UTC. */
const frozenAt = '2026-03-15T09:00:00Z';

async function read(rows: ReportRows, path: string) {
  const key = await api.makeKey(rows.tenantId, 'viewer');
  const { status, body } = await api.call('GET', `/v1/reports/${path}`, { key });
  expect(status).toBe(200);
  return body;
}

/** A subscription under way since the date. */
const since = (startsAt: string, changed: object = {}) => ({ startsAt, periodStartAt: startsAt, ...changed });

describe('the overview', () => {
  it('counts states and recurring revenue: by price version, quantity and interval, without trials', async () => {
    const rows = await openReportRows(api.owner, { timezone: 'Europe/Berlin', frozenAt });
    const [monthly, yearly, weekly] = await Promise.all([
      rows.makePrice({ model: 'per_unit', amount: 1_999, currency: 'USD', unit: 'month' }),
      rows.makePrice({ model: 'flat', amount: 12_000, currency: 'USD', unit: 'year' }),
      rows.makePrice({ model: 'per_unit', amount: 700, currency: 'EUR', unit: 'week' }),
    ]);
    const started = '2025-12-01T00:00:00Z';
    await rows.subscribe(monthly, since(started, { quantity: 2 })); // 3,998
    await rows.subscribe(yearly, since(started, { quantity: 5, status: 'past_due' })); // 1,000: flat
    await rows.subscribe(monthly, since(started, { cancelAt: '2026-04-01T00:00:00Z' })); // 1,999: until it ends
    await rows.subscribe(weekly, since(started, { quantity: 3, currency: 'EUR' })); // 2,100 × 365 ÷ 84 = 9,125
    await rows.subscribe(monthly, since(started, { status: 'trialing', trialEndAt: '2026-04-01T00:00:00Z' }));
    await rows.subscribe(monthly, since(started, { status: 'paused' }));
    await rows.subscribe(monthly, { startsAt: started, status: 'incomplete', collection: 'dunning' });
    await rows.subscribe(monthly, { startsAt: started, status: 'payment_failed' });
    const overview = await read(rows, 'overview');
    expect(overview).toMatchObject({ as_of: '2026-03-15T09:00:00.000Z', timezone: 'Europe/Berlin' });
    expect(overview.mrr).toEqual([
      { currency: 'EUR', amount: 9_125, subscriptions: 1 },
      { currency: 'USD', amount: 6_997, subscriptions: 3 },
    ]);
    expect(overview.subscriptions).toEqual({
      ...{ active: 3, past_due: 1, trialing: 1, paused: 1, payment_failed: 2 },
      ...{ scheduled: 0, incomplete: 0, canceled: 0, expired: 0 },
    });
  });

  it('tells churn of those under way and past their trial 30 days ago, and who came and went each day', async () => {
    const rows = await openReportRows(api.owner, { timezone: 'Europe/Berlin', frozenAt });
    const price = await rows.makePrice({ model: 'flat', amount: 1_999, currency: 'USD', unit: 'month' });
    const canceled = (canceledAt: string) => ({ status: 'canceled', canceledAt });
    // There on 13 February at 9:00, and past their trial: four, one of them gone since, one after the report's now.
    await rows.subscribe(price, since('2025-11-01T00:00:00Z'));
    await rows.subscribe(price, since('2025-11-01T00:00:00Z', { status: 'paused' }));
    await rows.subscribe(price, since('2025-11-01T00:00:00Z', canceled('2026-03-10T22:59:00Z')));
    await rows.subscribe(price, since('2025-11-01T00:00:00Z', canceled('2026-06-01T00:00:00Z')));
    // Not there: gone before, still in its trial, begun later (half past midnight in Berlin), never begun.
    await rows.subscribe(price, since('2025-11-01T00:00:00Z', canceled('2026-02-13T08:59:00Z')));
    const trial = { trialEndAt: '2026-03-01T00:00:00Z' };
    await rows.subscribe(price, since('2026-02-10T00:00:00Z', { ...trial, ...canceled('2026-02-20T00:00:00Z') }));
    await rows.subscribe(price, since('2026-03-14T23:30:00Z'));
    await rows.subscribe(price, { startsAt: '2026-03-14T12:00:00Z', status: 'payment_failed' });
    const overview = await read(rows, 'overview');
    expect(overview.churn).toEqual({ days: 30, active_at_start: 4, canceled: 1, rate: 0.25 });
    const days = overview.series as { date: string; new_subscriptions: number; ended_subscriptions: number }[];
    expect([days.length, days.at(0)?.date, days.at(-1)?.date]).toEqual([30, '2026-02-14', '2026-03-15']);
    const moved = days.filter((day) => day.new_subscriptions + day.ended_subscriptions > 0);
    expect(moved.map((day) => [day.date, day.new_subscriptions, day.ended_subscriptions])).toEqual([
      ['2026-02-20', 0, 1],
      ['2026-03-10', 0, 1],
      ['2026-03-15', 1, 0],
    ]);
    expect((await read(rows, 'overview?days=90')).series).toHaveLength(90);
  });

  it('tells recovery by invoice, once each, without refused sign-ups and upgrades', async () => {
    const rows = await openReportRows(api.owner, { frozenAt });
    const price = await rows.makePrice({ model: 'flat', amount: 1_999, currency: 'USD', unit: 'month' });
    const paid = { status: 'paid' };
    const failedAt = (firstFailedAt: string, changed: object = {}) => ({ firstFailedAt, ...changed });
    await rows.pay({ invoice: paid, payment: failedAt('2026-03-01T10:00:00Z', { status: 'completed' }) });
    await rows.pay({ payment: failedAt('2026-03-05T10:00:00Z') });
    // Declined for good, and paid with another method on the second try: one invoice, recovered.
    const first = await rows.pay({
      ...{ invoice: paid, payment: failedAt('2026-02-20T10:00:00Z', { status: 'failed_permanent' }) },
    });
    const second = failedAt('2026-02-22T10:00:00Z', { status: 'completed' });
    await rows.pay({ invoiceId: first.invoiceId, payment: second });
    // Not of these days, an upgrade, a refused sign-up, and one that never failed.
    await rows.pay({ payment: failedAt('2026-01-20T10:00:00Z') });
    await rows.pay({ invoice: { kind: 'proration', status: 'void' }, payment: failedAt('2026-03-06T10:00:00Z') });
    const refused = await rows.subscribe(price, { startsAt: '2026-03-10T00:00:00Z', status: 'payment_failed' });
    await rows.pay({
      invoice: { status: 'void' },
      payment: failedAt('2026-03-10T10:00:00Z', { subscriptionId: refused }),
    });
    await rows.pay({ invoice: paid, payment: { status: 'completed' } });
    const { recovery, series } = await read(rows, 'overview');
    expect(recovery).toEqual({ days: 30, failed: 3, recovered: 2, rate: 0.6667 });
    const failed = (series as { date: string; failed_payments: number }[]).filter((day) => day.failed_payments > 0);
    expect(failed.map((day) => [day.date, day.failed_payments])).toEqual(
      ['2026-02-20', '2026-02-22', '2026-03-01', '2026-03-05', '2026-03-06', '2026-03-10'].map((date) => [date, 1]),
    );
  });

  it('sums what paid invoices by day of the tenant and currency, and nothing that goes back', async () => {
    const rows = await openReportRows(api.owner, { timezone: 'Europe/Berlin', frozenAt });
    const charged = ['provider_clearing', 'receivable'] as const;
    await rows.post('charge', charged, { amount: 1_999, currency: 'USD', at: '2026-03-14T23:10:00Z' });
    await rows.post('charge', charged, { amount: 1, currency: 'USD', at: '2026-03-15T08:00:00Z' });
    await rows.post('charge', charged, { amount: 700, currency: 'EUR', at: '2026-03-15T08:00:00Z' });
    await rows.post('charge', charged, { amount: 50, currency: 'EUR', at: '2026-03-14T22:59:00Z' });
    await rows.post('charge', charged, { amount: 5, currency: 'EUR', at: '2026-02-13T23:00:00Z' });
    await rows.post('charge', charged, { amount: 9, currency: 'EUR', at: '2026-02-13T22:59:00Z' });
    await rows.post('charge', ['provider_clearing', 'refunds'], {
      amount: 70,
      currency: 'EUR',
      at: '2026-03-15T08:00:00Z',
    });
    await rows.post('invoice', ['receivable', 'revenue'], { amount: 90, currency: 'EUR', at: '2026-03-15T08:00:00Z' });
    const { series } = await read(rows, 'overview');
    const days = (series as { date: string; collected: object[] }[]).filter(({ collected }) => collected.length > 0);
    expect(days.map(({ date, collected }) => [date, collected])).toEqual([
      ['2026-02-14', [{ currency: 'EUR', amount: 5 }]],
      ['2026-03-14', [{ currency: 'EUR', amount: 50 }]],
      [
        '2026-03-15',
        [
          { currency: 'EUR', amount: 700 },
          { currency: 'USD', amount: 2_000 },
        ],
      ],
    ]);
  });

  it('follows what is really billed, on real time', async () => {
    const tenant = await api.makeTenant();
    await subscribe(api, tenant);
    const key = await api.makeKey(tenant.tenantId, 'finance');
    const { body } = await api.call('GET', '/v1/reports/overview', { key });
    expect(body.mrr).toEqual([{ currency: 'USD', amount: 1_999, subscriptions: 1 }]);
    expect(body.series.at(-1)).toMatchObject({
      ...{ collected: [{ currency: 'USD', amount: 1_999 }], new_subscriptions: 1, failed_payments: 0 },
    });
    expect([body.churn.rate, body.recovery.rate]).toEqual([null, null]);
  });

  it('is of the last 30 or 90 days', async () => {
    const tenant = await api.makeTenant();
    const key = await api.makeKey(tenant.tenantId, 'owner');
    const answer = await api.call('GET', '/v1/reports/overview?days=31', { key });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('today', () => {
  it('counts what waits for a person', async () => {
    const rows = await openReportRows(api.owner, { frozenAt });
    const price = await rows.makePrice({ model: 'flat', amount: 1_999, currency: 'USD', unit: 'month' });
    await rows.subscribe(price, since('2026-01-01T00:00:00Z', { status: 'past_due' }));
    await rows.subscribe(price, since('2026-01-01T00:00:00Z', { parkedAt: '2026-03-01T00:00:00Z' }));
    const firstFailedAt = '2026-03-01T00:00:00Z';
    const owed = await rows.pay({ payment: { firstFailedAt } });
    const permanent = { firstFailedAt, status: 'failed_permanent' };
    await rows.pay({ payment: permanent });
    await rows.pay({ payment: permanent, invoice: { status: 'void' } });
    const processing = await rows.pay({ payment: { status: 'processing' } });
    await rows.attempt(processing, { status: 'unknown' });
    await rows.attempt(owed, { status: 'needs_review' });
    await rows.attempt(await rows.pay({ payment: { status: 'completed' } }), { status: 'succeeded' });
    await makeReturns(rows, owed.id);
    const dead = await storeWebhook(api, rows.tenantId);
    const discarded = await storeWebhook(api, rows.tenantId);
    await storeWebhook(api, rows.tenantId);
    await api.owner`update inbox set status = 'dead', error = 'no such charge' where id = ${dead}`;
    await api.owner`update inbox set status = 'discarded', error = 'no such charge' where id = ${discarded}`;
    const expected = {
      ...{
        failed_payments: 2,
        past_due_subscriptions: 1,
        parked_subscriptions: 1,
        unknown_outcomes: 2,
        needs_review: 1,
      },
      ...{ refund_requests: 1, refunds_to_repair: 2, dead_letters: 1, open_disputes: 1 },
    };
    expect((await read(rows, 'today')).needs).toEqual(expected);
    const key = await api.makeKey(rows.tenantId, 'viewer');
    const listed = await api.call('GET', '/v1/admin/payments?owed=true', { key });
    expect(listed.body.data).toHaveLength(expected.failed_payments);
    const elsewhere = await openReportRows(api.owner, { frozenAt });
    expect(Object.values((await read(elsewhere, 'today')).needs)).toEqual(Array(9).fill(0));
  });

  /** Of each an open one, and one that is decided; of refunds two that wait for a person, and three that do not. */
  async function makeReturns({ tenantId }: ReportRows, paymentId: string): Promise<void> {
    for (const status of ['open', 'declined']) {
      await api.owner`insert into refund_requests (tenant_id, id, payment_id, customer_id, status, amount_minor, currency, reason)
        select tenant_id, ${newId('refundRequest')}, id, customer_id, ${status}, 1, 'USD', 'test' from payments
        where tenant_id = ${tenantId} and id = ${paymentId}`;
    }
    const refunds = [['needs_review'], ['unknown', 'parked'], ['unknown'], ['succeeded'], ['rejected', 'parked']];
    for (const [status = '', parked] of refunds) {
      const id = newId('refund');
      await api.owner`insert into refunds (tenant_id, id, payment_id, attempt_id, status, reason, amount_minor, currency)
        select tenant_id, ${id}, payment_id, id, ${status}, 'test', 1, 'USD' from payment_attempts
        where tenant_id = ${tenantId} and payment_id = ${paymentId}`;
      await api.owner`insert into carriers (tenant_id, id, kind, refund_id, customer_id, next_kind, next_at, wake_at, parked_at)
        select tenant_id, ${id}, 'refund', ${id}, customer_id, 'none', 'infinity', 'infinity',
               case when ${parked ?? ''} = 'parked' then now() end
        from payments where tenant_id = ${tenantId} and id = ${paymentId}`;
    }
    for (const status of ['open', 'won']) {
      const id = newId('dispute');
      await api.owner`insert into disputes (tenant_id, id, payment_id, attempt_id, provider, provider_dispute_id, status,
          amount_minor, currency, reason, opened_at)
        select tenant_id, ${id}, payment_id, id, provider, ${id}, ${status}, 1, 'USD', 'fraudulent', now()
        from payment_attempts where tenant_id = ${tenantId} and payment_id = ${paymentId}`;
    }
  }

  /** On 15 March in Berlin, `[14 March 23:00, 15 March 23:00)` UTC. */
  async function makeRenewals(status: string): Promise<ReportRows> {
    const rows = await openReportRows(api.owner, { timezone: 'Europe/Berlin', frozenAt, status });
    const price = await rows.makePrice({ model: 'flat', amount: 1_999, currency: 'USD', unit: 'month' });
    const [night, noon, evening] = ['2026-03-14T23:00:00Z', '2026-03-15T11:00:00Z', '2026-03-15T22:59:00Z'];
    const began = '2026-02-15T00:00:00Z';
    const ending = (periodEndAt: string, changed: object = {}) =>
      rows.subscribe(price, since(began, { periodEndAt, ...changed }));
    const renewed = (periodStartAt: string, changed: object = {}) =>
      rows.subscribe(price, { startsAt: began, periodStartAt, periodEndAt: '2026-04-15T00:00:00Z', ...changed });
    // Due: not opened, at the day's last minute, a trial's end, and one being charged.
    await ending(noon);
    await ending(evening);
    await ending(noon, { status: 'trialing', trialEndAt: noon });
    await rows.run(await ending(night), { boundaryAt: night });
    // Done, one of them a first charge after its trial; the trial's own run is none.
    await rows.run(await renewed(night), { boundaryAt: night, status: 'settled' });
    const tried = await renewed(night, { trialEndAt: night });
    await rows.run(tried, { boundaryAt: night, status: 'settled', kind: 'first' });
    await rows.run(tried, { boundaryAt: began, status: 'settled', kind: 'trial' });
    // Failed: one is tried again, one has ended by it.
    await rows.run(await ending(night, { status: 'past_due' }), { boundaryAt: night });
    const ended = { status: 'canceled', cancelReason: 'payment_failed' };
    await rows.run(await ending(night, ended), { boundaryAt: night, status: 'void' });
    // Held.
    await ending(noon, { parkedAt: night });
    // None: tomorrow, yesterday's last minute, ends instead, paused, canceled with its invoice, begun today.
    await ending('2026-03-15T23:00:00Z');
    await rows.run(await renewed('2026-03-14T22:59:00Z'), { boundaryAt: '2026-03-14T22:59:00Z', status: 'settled' });
    await ending(noon, { cancelAt: noon });
    await ending(noon, { status: 'paused' });
    await rows.run(await ending(night, { status: 'canceled' }), { boundaryAt: night, status: 'void' });
    await rows.run(await renewed(night, { startsAt: night }), { boundaryAt: night, status: 'settled', kind: 'first' });
    return rows;
  }

  it('counts the renewals whose boundary is in the tenant’s day', async () => {
    const today = await read(await makeRenewals('active'), 'today');
    expect(today).toMatchObject({ date: '2026-03-15', timezone: 'Europe/Berlin' });
    expect(today.renewals).toEqual({ due: 4, done: 2, failed: 2, held: 1 });
  });

  it('holds what a tenant that is not active would charge', async () => {
    // What is being deleted is still read by its keys.
    const rows = await makeRenewals('deleting');
    const { renewals } = await readToday({ sql: api.sql }, rows.tenantId);
    expect(renewals).toEqual({ due: 0, done: 2, failed: 1, held: 6 });
  });
});

it.each([
  ['payments_failed', 'payments', 'first_failed_at >= now() and first_failed_at < now()'],
  ['ledger_entries_collected', 'ledger_entries', "kind = 'charge' and account = 'receivable' and at >= now()"],
  ['inbox_failed', 'inbox', "error is not null and status = 'dead'"],
  ['payment_attempts_subscription_open', 'payment_attempts', "status in ('unknown', 'needs_review')"],
  ['billing_runs_one_per_boundary', 'billing_runs', 'subscription_id = $1 and boundary_at >= now()'],
])('finds what it counts by %s', async (index, table, condition) => {
  const plan = await api.owner.begin(async (sql) => {
    await sql.unsafe(`prepare counted as select 1 from ${table} where tenant_id = $1 and ${condition}`);
    const lines = await sql.unsafe(`explain execute counted ('a')`);
    await sql.unsafe('deallocate counted');
    return lines.flatMap((line) => Object.values(line)).join('\n');
  });
  expect(plan).toContain(index);
});
