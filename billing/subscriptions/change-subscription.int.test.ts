import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../contracts/answer.ts';
import type { PlanId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { changeSubscription } from './change-subscription.ts';
import type { ChangeInput } from './plan-subscription-change.ts';
import { previewChange } from './preview-change.ts';
import { readSubscription } from './read-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
let large: PlanId;
beforeEach(async () => {
  life = await openLife('2026-04-01T00:00:00.000Z');
  large = await life.makePlan({ amountMinor: 6000 });
});
afterEach(() => expectInvariants(life));

type Change = Partial<ChangeInput>;
const change = (id: SubscriptionId, input: Change, call = life.call): Promise<Answer> =>
  changeSubscription(life.context, call, id, { effective: 'now', proration: 'next_invoice', ...input });
const preview = (id: SubscriptionId, input: Change): Promise<Answer> =>
  previewChange(life.context, life.call, id, { effective: 'now', proration: 'next_invoice', ...input });

const boundary = '2026-05-01T00:00:00.000Z';
const half = '2026-04-16T00:00:00.000Z';

/** A monthly plan of 30.00, half of April gone. */
async function halfway(input: Parameters<BillingLife['subscribe']>[0] = {}) {
  const planId = await life.makePlan({ amountMinor: 3000 });
  const subscribed = await life.subscribe({ planId, ...input });
  await life.liveTo(half);
  return subscribed;
}

/** How many rows each table holds: a preview changes none. */
async function rowCounts(): Promise<Record<string, number>> {
  const tables = [
    'subscriptions',
    'invoices',
    'invoice_lines',
    'payments',
    'payment_attempts',
    'billing_runs',
    'timeline',
  ];
  tables.push('outbox', 'intents', 'audit_log', 'ledger_entries', 'subscription_anchors', 'test_clocks');
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] =
      await life.owner`select count(*)::int as count from ${life.owner(table)} where tenant_id = ${life.tenantId}`;
    counts[table] = row?.['count'];
  }
  return counts;
}

interface Preview {
  total: number;
  next_charge: { at: string; amount: number } | null;
}

/** Previews, changes, and compares: the preview wrote nothing, and its next charge is what is then billed. */
async function changeAsPreviewed(id: SubscriptionId, input: Change): Promise<{ previewed: Preview; answer: Answer }> {
  const before = { counts: await rowCounts(), sub: await life.sub(id) };
  const previewed = (await preview(id, input)).body as Preview;
  expect({ counts: await rowCounts(), sub: await life.sub(id) }).toEqual(before);
  const answer = await change(id, input);
  await life.settle();
  const read = (await readSubscription(life.context, life.call, id)).body as Preview;
  expect(read.next_charge, 'the next charge after the change').toMatchObject(previewed.next_charge ?? {});
  const dueAt = Date.parse(previewed.next_charge?.at ?? '');
  await life.liveTo(dueAt);
  const billed = (await life.rows('invoices', id)).filter((invoice) => invoice.kind === 'period').at(-1);
  expect([iso(billed?.periodStartAt ?? null), billed?.totalMinor]).toEqual([
    previewed.next_charge?.at,
    previewed.next_charge?.amount,
  ]);
  return { previewed, answer };
}

describe('an upgrade in the middle of the period', () => {
  it('with next_invoice applies at once; the rest of the period is billed with the renewal', async () => {
    const { id } = await halfway();
    const { previewed, answer } = await changeAsPreviewed(id, { planId: large });
    expect(answer).toMatchObject({ status: 200 });
    expect(previewed).toMatchObject({ total: 1500, next_charge: { at: boundary, amount: 7500 } });
    expect((await life.rows('invoices', id)).map(({ totalMinor }) => totalMinor)).toEqual([3000, 7500]);
  });

  it('with invoice_now is charged, and applies when that is paid', async () => {
    const { id } = await halfway();
    const { previewed, answer } = await changeAsPreviewed(id, { planId: large, proration: 'invoice_now' });
    expect(answer).toMatchObject({ status: 200 });
    expect(previewed).toMatchObject({ total: 1500, next_charge: { at: boundary, amount: 6000 } });
    expect((await life.rows('invoices', id)).map(({ kind, totalMinor, status }) => [kind, totalMinor, status])).toEqual(
      [
        ['period', 3000, 'paid'],
        ['proration', 1500, 'paid'],
        ['period', 6000, 'paid'],
      ],
    );
  });

  it('with none costs nothing until the renewal', async () => {
    const { id } = await halfway();
    const { previewed } = await changeAsPreviewed(id, { planId: large, proration: 'none' });
    expect(previewed).toMatchObject({ total: 0, next_charge: { at: boundary, amount: 6000 } });
  });

  it('of seats is prorated like one of the plan', async () => {
    const { id } = await halfway();
    const { previewed } = await changeAsPreviewed(id, { quantity: 3 });
    expect(previewed).toMatchObject({ total: 3000, next_charge: { amount: 12000 } });
  });

  it('at the period’s end changes nothing before, and is what the renewal bills', async () => {
    const { id, planId } = await halfway();
    const { answer, previewed } = await changeAsPreviewed(id, { planId: large, quantity: 2, effective: 'period_end' });
    expect(answer.body).toMatchObject({ pending_change: { waits_for: 'period_end', plan_id: large, quantity: 2 } });
    expect(previewed).toMatchObject({ total: 0, next_charge: { at: boundary, amount: 12000 } });
    expect(await life.sub(id)).toMatchObject({ planId: large, quantity: 2, pendingChange: null });
    expect(planId).not.toBe(large);
  });

  it('and at once back nets to nothing', async () => {
    const { id, planId } = await halfway();
    await change(id, { planId: large });
    await changeAsPreviewed(id, { planId });
    expect(await life.sub(id)).toMatchObject({ creditBalanceMinor: 0, pendingLines: [] });
    expect((await life.rows('invoices', id)).map(({ totalMinor }) => totalMinor)).toEqual([3000, 3000]);
  });
});

describe('a downgrade in the middle of the period', () => {
  it.each(['next_invoice', 'invoice_now'] as const)(
    'with %s becomes credit, which the next invoice uses',
    async (proration) => {
      const { id, planId } = await halfway();
      await change(id, { planId: large, proration: 'invoice_now' });
      const { previewed } = await changeAsPreviewed(id, { planId, proration });
      expect(previewed).toMatchObject({ total: -1500, next_charge: { at: boundary, amount: 1500 } });
      expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ subtotalMinor: 3000, creditUsedMinor: 1500 });
      expect(await life.sub(id)).toMatchObject({ creditBalanceMinor: 0 });
    },
  );

  it('with none gives nothing back', async () => {
    const { id } = await halfway({ quantity: 2 });
    const { previewed } = await changeAsPreviewed(id, { quantity: 1, proration: 'none' });
    expect(previewed).toMatchObject({ total: 0, next_charge: { amount: 3000 } });
  });
});

describe('the next billing date', () => {
  it.each([
    ['later', 'next_invoice', '2026-05-16', 1500, 4500],
    ['later', 'invoice_now', '2026-05-16', 1500, 3000],
    ['later', 'none', '2026-05-16', 0, 3000],
    ['sooner', 'next_invoice', '2026-04-23', -800, 2200],
    ['sooner', 'none', '2026-04-23', 0, 3000],
  ] as const)('%s with %s', async (_when, proration, nextBillingDate, total, amount) => {
    const { id } = await halfway();
    const { previewed } = await changeAsPreviewed(id, { nextBillingDate, proration });
    expect(previewed).toMatchObject({ total, next_charge: { at: `${nextBillingDate}T00:00:00.000Z`, amount } });
    const { periodEndAt } = await life.sub(id);
    expect(new Date(periodEndAt ?? 0).getUTCDate()).toBe(Number(nextBillingDate.slice(-2)));
  });

  it.each([
    ['in the past', { nextBillingDate: '2026-04-15' }],
    ['at the period’s end', { nextBillingDate: '2026-05-03', effective: 'period_end' }],
    ['together with the plan', { nextBillingDate: '2026-05-03', quantity: 2 }],
  ] as const)('%s is refused', async (_what, input) => {
    const { id } = await halfway();
    expect(await refusalOf(change(id, input))).toBe('invalid_request');
  });

  it('in a trial moves its end, and costs nothing', async () => {
    const planId = await life.makePlan({ amountMinor: 3000 });
    const { id } = await life.subscribe({ planId, trialPeriodDays: 10 });
    const { previewed } = await changeAsPreviewed(id, { nextBillingDate: '2026-04-20' });
    expect(previewed).toMatchObject({ total: 0, next_charge: { at: '2026-04-20T00:00:00.000Z', amount: 3000 } });
  });
});

describe('another interval', () => {
  it('restarts the period: what is unused becomes credit, and the new period is invoiced at once', async () => {
    const yearly = await life.makePlan({ amountMinor: 30_000, interval: 'year' });
    const { id } = await halfway();
    const previewed = (await preview(id, { planId: yearly })).body as Preview;
    await change(id, { planId: yearly });
    await life.settle();
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({
      subtotalMinor: 30_000,
      totalMinor: 28_500,
      status: 'paid',
    });
    expect(previewed.next_charge).toMatchObject({ at: half, amount: 28_500 });
    expect(await life.sub(id)).toMatchObject({
      periodStartAt: Date.parse(half),
      periodEndAt: Date.parse('2027-04-16T00:00:00.000Z'),
    });
  });

  it('that cannot be paid is past due on the new plan', async () => {
    const yearly = await life.makePlan({ amountMinor: 30_000, interval: 'year' });
    const { id } = await halfway({ token: 'tok_decline_after_1' });
    await change(id, { planId: yearly });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', planId: yearly });
  });

  it('in a trial changes what will be billed', async () => {
    const yearly = await life.makePlan({ amountMinor: 30_000, interval: 'year' });
    const { id } = await life.subscribe({ trialPeriodDays: 10 });
    await change(id, { planId: yearly });
    await life.live(11 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodEndAt: Date.parse('2027-04-11T00:00:00.000Z') });
  });
});

describe('a change while the renewal is unpaid', () => {
  async function unpaid() {
    const subscribed = await halfway({ token: 'tok_decline_after_1' });
    await life.liveTo(boundary);
    expect(await life.sub(subscribed.id)).toMatchObject({ status: 'past_due' });
    const good = await life.addMethod(subscribed.customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${good} where id = ${subscribed.customerId}`;
    return subscribed;
  }

  it('voids its invoice and bills the same period anew, on the new plan', async () => {
    const { id } = await unpaid();
    const { body } = await preview(id, { planId: large });
    expect(body).toMatchObject({ total: 6000, next_charge: { at: '2026-06-01T00:00:00.000Z', amount: 6000 } });
    await change(id, { planId: large });
    await life.settle();
    const [, voided, paid] = await life.rows('invoices', id);
    expect([voided?.status, paid?.status, paid?.totalMinor]).toEqual(['void', 'paid', 6000]);
    expect(paid).toMatchObject({ periodStartAt: Date.parse(boundary) });
    expect(await life.rows('billing_runs', id)).toHaveLength(2);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('keeps what was pending for it, and the credit it had used', async () => {
    const planId = await life.makePlan({ amountMinor: 3000 });
    const { id, customerId } = await life.subscribe({ planId, token: 'tok_decline_after_1' });
    await life.liveTo(half);
    await change(id, { quantity: 2 });
    await life.owner`update subscriptions set credit_balance_minor = 700 where id = ${id}`;
    await life.owner`insert into ledger_entries (tenant_id, transaction_id, position, kind, account, currency, amount_minor, subscription_id, at)
      values (${life.tenantId}, 'ltx_gift', 0, 'credit_granted', 'revenue', 'USD', 700, ${id}, now()),
             (${life.tenantId}, 'ltx_gift', 1, 'credit_granted', 'credit_balance', 'USD', -700, ${id}, now())`;
    await life.liveTo(boundary);
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'open', totalMinor: 6000 + 1500 - 700 });
    const good = await life.addMethod(customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${good} where id = ${customerId}`;
    const { body } = await preview(id, { quantity: 1 });
    await change(id, { quantity: 1 });
    await life.settle();
    const paid = (await life.rows('invoices', id)).at(-1);
    expect(paid).toMatchObject({ status: 'paid', totalMinor: 3000 + 1500 - 700 });
    expect(body).toMatchObject({ total: paid?.totalMinor });
  });

  it('to an earlier date bills the share of the period that is left of it', async () => {
    const { id } = await unpaid();
    const { body } = await preview(id, { nextBillingDate: '2026-05-11' });
    await change(id, { nextBillingDate: '2026-05-11' });
    await life.settle();
    const paid = (await life.rows('invoices', id)).at(-1);
    expect(paid).toMatchObject({ status: 'paid', totalMinor: Math.round((3000 * 10) / 31) });
    expect(body).toMatchObject({ total: paid?.totalMinor });
  });

  it('to another interval counts the new period from its own start', async () => {
    life = await openLife('2026-01-31T00:00:00.000Z');
    const yearly = await life.makePlan({ amountMinor: 30_000, interval: 'year' });
    const { id, customerId } = await life.subscribe({ token: 'tok_decline_after_1' });
    await life.liveTo('2026-02-28T00:00:00.000Z');
    const good = await life.addMethod(customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${good} where id = ${customerId}`;
    await change(id, { planId: yearly });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({
      ...{ periodStartAt: Date.parse('2026-02-28T00:00:00.000Z'), periodEndAt: Date.parse('2027-02-28T00:00:00.000Z') },
    });
  });
});

describe('what is refused', () => {
  it('another currency', async () => {
    const { id } = await halfway();
    const euro = await life.makePlan({ currency: 'EUR' });
    expect(await refusalOf(change(id, { planId: euro }))).toBe('currency_mismatch');
    expect(await refusalOf(preview(id, { planId: euro }))).toBe('currency_mismatch');
  });

  it('an archived or unknown plan; one’s own archived plan only as it is', async () => {
    const { id, planId } = await halfway();
    await life.owner`update plans set status = 'archived' where id in (${large}, ${planId})`;
    expect(await refusalOf(change(id, { planId: large }))).toBe('plan_archived');
    expect(await refusalOf(change(id, { planId: 'plan_unknown' as PlanId }))).toBe('not_found');
    expect((await change(id, { planId, quantity: 2 })).status).toBe(200);
  });

  it('a plan of a group in which the customer has another subscription', async () => {
    const grouped = await life.makePlan({ group: 'tier' });
    const { id, customerId } = await halfway();
    await life.subscribe({ planId: grouped, customerId });
    for (const input of [{}, { proration: 'invoice_now' }, { effective: 'period_end' }] as const)
      expect(await refusalOf(change(id, { planId: grouped, ...input }))).toBe('subscription_conflict');
  });

  it.each(['unreachable', 'timeout_after', 'requires_action', 'pending:300000'])(
    'any change of money while a renewal that was %s is being decided; metadata and cancel are not',
    async (behaviour) => {
      const { id } = await halfway();
      life.provider.script({ next: [behaviour] });
      await life.liveTo(boundary);
      for (const input of [{ planId: large }, { quantity: 2 }, { nextBillingDate: '2026-05-20' }])
        expect(await refusalOf(change(id, input))).toBe('payment_in_flight');
      expect((await change(id, { metadata: { seen: 'yes' } })).status).toBe(200);
      expect((await life.sub(id)).metadata).toEqual({ seen: 'yes' });
    },
  );

  it('another charge now without a method to make it with', async () => {
    const { id, customerId } = await halfway();
    await life.owner`update customers set default_payment_method_id = null where id = ${customerId}`;
    expect(await refusalOf(change(id, { planId: large, proration: 'invoice_now' }))).toBe('payment_method_required');
    expect(await life.sub(id)).toMatchObject({ pendingChange: null });
  });
});

describe('a boundary that has passed and is not opened', () => {
  it('is billed on the new terms, without proration', async () => {
    const { id } = await halfway();
    life.skipTo('2026-05-01T00:10:00.000Z');
    expect((await change(id, { planId: large })).body).toMatchObject({ pending_change: { waits_for: 'period_end' } });
    await life.settle();
    expect((await life.rows('invoices', id)).map(({ totalMinor }) => totalMinor)).toEqual([3000, 6000]);
    expect(await life.sub(id)).toMatchObject({ planId: large, periodStartAt: Date.parse(boundary) });
  });
});

describe('metadata', () => {
  it('merges by key, null removes, and says so in an event', async () => {
    const { id } = await halfway({ metadata: { a: '1', b: '2' } });
    await change(id, { metadata: { a: null, c: '3' } });
    expect((await life.sub(id)).metadata).toEqual({ b: '2', c: '3' });
    expect((await life.topics(id)).at(-1)).toBe('subscriptions.updated');
    await life.live(MINUTE_MS);
  });
});
