import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRateLimiter } from '../../adapters/limits/memory-rate-limiter.ts';
import type { Answer } from '../../contracts/answer.ts';
import type { PlanId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { createProviderGates } from '../attempts/provider-gates.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { changeSubscription } from './change-subscription.ts';
import type { ChangeInput } from './plan-subscription-change.ts';

closePoolsAfterAll();

let life: BillingLife;
let large: PlanId;
beforeEach(async () => {
  life = await openLife('2026-04-01T00:00:00.000Z');
  large = await life.makePlan({ amountMinor: 6000 });
});
afterEach(() => expectInvariants(life));

const upgrade = (id: SubscriptionId, key?: string, input: Partial<ChangeInput> = { planId: large }): Promise<Answer> =>
  changeSubscription(life.context, key ? life.callWith(key) : life.call, id, {
    ...{ effective: 'now', proration: 'invoice_now', ...input },
  });

async function halfway() {
  const planId = await life.makePlan({ amountMinor: 3000 });
  const subscribed = await life.subscribe({ planId });
  await life.liveTo('2026-04-16T00:00:00.000Z');
  return subscribed;
}

describe('an upgrade charged now that is', () => {
  it('declined changes nothing: 402, void invoice, and the next renewal is the old one', async () => {
    const { id, planId } = await halfway();
    life.provider.script({ next: ['decline:insufficient_funds'] });
    expect(await upgrade(id)).toMatchObject({
      status: 402,
      body: { code: 'payment_declined', payment: { decline_kind: 'insufficient_funds' } },
    });
    expect(await life.sub(id)).toMatchObject({ planId, status: 'active', pendingChange: null });
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ kind: 'proration', status: 'void' });
    await life.liveTo('2026-05-01T00:00:00.000Z');
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ kind: 'period', totalMinor: 3000 });
  });

  it('declined under a key replays as declined, and makes one charge', async () => {
    const { id } = await halfway();
    life.provider.script({ next: ['decline:insufficient_funds'] });
    const first = await upgrade(id, 'key');
    expect(await upgrade(id, 'key')).toEqual({ ...first, replayed: true });
    expect((await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 })).charges).toHaveLength(2);
  });

  it('without a place at its provider answers 202, is charged by the workflow, and replays as settled', async () => {
    const { id } = await halfway();
    const limits = { perSecond: 10, waiting: 0, inLine: 0 };
    life.context.gates = createProviderGates({ limitsOf: () => limits, rates: createMemoryRateLimiter() });
    expect(await upgrade(id, 'key')).toMatchObject({ status: 202 });
    expect((await life.rows('payment_attempts', id)).at(-1)).toMatchObject({ status: 'created', trigger: 'upgrade' });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ planId: large, pendingChange: null });
    expect(await upgrade(id, 'key')).toMatchObject({ status: 200, replayed: true });
  });

  it('not known answers 202, refuses other changes, and applies once it is found paid', async () => {
    const { id, planId } = await halfway();
    life.provider.script({ next: ['timeout_after'] });
    expect(await upgrade(id)).toMatchObject({
      status: 202,
      body: { pending_change: { waits_for: 'payment', plan_id: large } },
    });
    expect(await life.sub(id)).toMatchObject({ planId });
    expect(await refusalOf(upgrade(id))).toBe('payment_in_flight');
    await life.live(MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ planId: large, pendingChange: null });
    expect(await life.topics(id)).toContain('payments.completed');
  });

  it('not known replays as 202 until somebody settles it, and as that from then on', async () => {
    const { id } = await halfway();
    life.provider.script({ next: ['timeout_after'] });
    await upgrade(id, 'paid');
    expect(await upgrade(id, 'paid')).toMatchObject({ status: 202, replayed: true });
    await life.live(MINUTE_MS);
    const settled = await upgrade(id, 'paid');
    expect(settled).toMatchObject({ status: 200, replayed: true });
    expect(settled.body).not.toHaveProperty('pending_change');
    const larger = await life.makePlan({ amountMinor: 9000 });
    life.provider.script({ next: ['requires_action'] });
    await upgrade(id, 'never answered', { planId: larger });
    await life.live(DAY_MS);
    expect(await upgrade(id, 'never answered', { planId: larger })).toMatchObject({ status: 402, replayed: true });
  });

  it('not known, and found declined, is dropped', async () => {
    const { id, planId } = await halfway();
    life.provider.script({ next: ['requires_action'] });
    await upgrade(id);
    const attempt = (await life.rows('payment_attempts', id)).at(-1);
    life.provider.decideAction(attempt?.actionUrl ?? '', 'failed');
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ planId, pendingChange: null, status: 'active' });
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
  });

  it('paid only after the boundary becomes credit: the old plan has been renewed and stays', async () => {
    const { id, planId } = await halfway();
    await life.liveTo('2026-04-30T12:00:00.000Z');
    life.provider.script({ next: ['requires_action'] });
    await upgrade(id);
    const attempt = (await life.rows('payment_attempts', id)).at(-1);
    await life.liveTo('2026-05-01T01:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ planId, periodStartAt: Date.parse('2026-05-01T00:00:00.000Z') });
    life.provider.decideAction(attempt?.actionUrl ?? '', 'succeeded');
    await life.live(12 * HOUR_MS);
    const credit = attempt?.amountMinor ?? 0;
    expect(await life.sub(id)).toMatchObject({ planId, pendingChange: null, creditBalanceMinor: credit });
    expect(await life.actions(id)).toContain('change_lapsed');
    await life.liveTo('2026-06-01T00:00:00.000Z');
    expect((await life.rows('invoices', id)).at(-1)).toMatchObject({
      totalMinor: 3000 - credit,
      creditUsedMinor: credit,
    });
  });

  it('paid while the renewal of the old plan is itself unpaid becomes credit, too, with the credit it had used', async () => {
    const { id, planId } = await halfway();
    await upgrade(id, undefined, { quantity: 2 });
    await changeSubscription(life.context, life.call, id, { quantity: 1, effective: 'now', proration: 'next_invoice' });
    expect(await life.sub(id)).toMatchObject({ creditBalanceMinor: 1500 });
    life.provider.script({ next: ['requires_action'] });
    await life.liveTo('2026-04-30T12:00:00.000Z');
    const huge = await life.makePlan({ amountMinor: 200_000 });
    await upgrade(id, undefined, { planId: huge });
    const invoice = (await life.rows('invoices', id)).at(-1);
    expect(invoice).toMatchObject({ creditUsedMinor: 1500 });
    const attempt = (await life.rows('payment_attempts', id)).at(-1);
    life.provider.script({ next: ['decline:generic_decline'] });
    await life.liveTo('2026-05-01T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', planId });
    life.provider.decideAction(attempt?.actionUrl ?? '', 'succeeded');
    await life.live(12 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({
      planId,
      pendingChange: null,
      creditBalanceMinor: invoice?.subtotalMinor,
    });
  });

  it('never sent before the period was over is not charged any more', async () => {
    const { id, planId } = await halfway();
    await life.liveTo('2026-04-30T23:00:00.000Z');
    life.provider.script({ next: Array.from({ length: 60 }, () => 'unreachable') });
    expect((await upgrade(id)).status).toBe(202);
    await life.liveTo('2026-05-01T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ planId, pendingChange: null, creditBalanceMinor: 0 });
    expect((await life.rows('invoices', id)).map(({ kind, status }) => [kind, status])).toEqual([
      ...[
        ['period', 'paid'],
        ['proration', 'void'],
        ['period', 'open'],
      ],
    ]);
  });

  it('paid after the subscription was canceled goes back', async () => {
    const { id } = await halfway();
    life.provider.script({ next: ['timeout_after'] });
    await upgrade(id);
    await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
    await life.live(MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
  });

  it('covered by the credit balance applies without a charge', async () => {
    const { id, planId } = await halfway();
    await upgrade(id);
    await changeSubscription(life.context, life.call, id, { planId, effective: 'now', proration: 'next_invoice' });
    expect(await life.sub(id)).toMatchObject({ creditBalanceMinor: 1500 });
    expect((await upgrade(id)).status).toBe(200);
    expect(await life.sub(id)).toMatchObject({ planId: large, creditBalanceMinor: 0 });
    expect((await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 })).charges).toHaveLength(2);
  });

  it('into a plan group counts there from the moment it is paid', async () => {
    const grouped = await life.makePlan({ amountMinor: 6000, group: 'tier' });
    const { id, customerId } = await halfway();
    await upgrade(id, undefined, { planId: grouped });
    expect(await life.sub(id)).toMatchObject({ planId: grouped, planGroup: 'tier' });
    expect(await refusalOf(life.subscribe({ planId: grouped, customerId }).then(({ answer }) => answer))).toBe(
      'subscription_conflict',
    );
  });

  it('into a plan group the customer has entered meanwhile becomes credit', async () => {
    const grouped = await life.makePlan({ amountMinor: 6000, group: 'tier' });
    const { id, customerId, planId } = await halfway();
    life.provider.script({ next: ['timeout_after'] });
    await upgrade(id, undefined, { planId: grouped });
    await life.subscribe({ planId: grouped, customerId });
    await life.live(MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ planId, creditBalanceMinor: 1500 });
  });
});

it('a change waiting for the period’s end lapses where its plan group is taken by then, and the renewal goes on', async () => {
  const grouped = await life.makePlan({ group: 'tier' });
  const { id, customerId, planId } = await halfway();
  await upgrade(id, undefined, { planId: grouped, effective: 'period_end', quantity: 5 });
  await life.subscribe({ planId: grouped, customerId });
  await life.liveTo('2026-05-01T00:00:00.000Z');
  expect(await life.sub(id)).toMatchObject({ planId, quantity: 1, status: 'active', pendingChange: null });
  expect(await life.actions(id)).toContain('change_lapsed');
});
