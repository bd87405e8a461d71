import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { attachPaymentMethod } from '../customers/attach-payment-method.ts';
import { setDefaultMethod } from '../customers/set-default-method.ts';
import { changeSubscription } from '../subscriptions/change-subscription.ts';
import { resumeSubscription } from '../subscriptions/resume-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const daysOf = async (id: SubscriptionId) =>
  (await life.rows('payment_attempts', id)).slice(1).map(({ createdAt }) => (createdAt - boundary) / DAY_MS);

async function pastDue(token = 'tok_decline_after_1') {
  const subscribed = await life.subscribe({ token });
  await life.liveTo(boundary);
  expect(await life.sub(subscribed.id)).toMatchObject({ status: 'past_due' });
  return subscribed;
}

describe('the ladder (R41)', () => {
  it.each([
    ['cancel', 'canceled', 'uncollectible', 'void'],
    ['pause', 'paused', 'uncollectible', 'void'],
    ['leave_past_due', 'past_due', 'open', 'open'],
  ] as const)('tries on days 0, 1, 3, 7 and 15, then: %s', async (finalAction, status, invoice, run) => {
    await life.setSettings({ dunning: { finalAction } });
    const { id } = await pastDue();
    await life.live(30 * DAY_MS);
    expect(await daysOf(id)).toEqual([0, 1, 3, 7, 15]);
    expect(await life.sub(id)).toMatchObject({ status });
    expect((await life.rows('invoices', id))[1]).toMatchObject({ status: invoice });
    expect((await life.rows('billing_runs', id))[1]).toMatchObject({ status: run });
    expect((await life.rows('payments', id))[1]).toMatchObject({ status: 'failed_permanent', attemptsCount: 5 });
    expect((await life.topics(id)).filter((topic) => topic === 'payments.failed')).toHaveLength(5);
    expect((await life.topics(id)).filter((topic) => topic === 'payments.retry.requested')).toHaveLength(4);
    expect((await life.topics(id)).filter((topic) => topic === 'payments.failed_permanent')).toHaveLength(1);
  });

  it('that is paid on the way renews the same period, and the next one comes at its own boundary', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['decline:generic_decline', 'decline:insufficient_funds'] });
    await life.liveTo(boundary + 4 * DAY_MS);
    const sub = await life.sub(id);
    expect(sub).toMatchObject({
      status: 'active',
      periodStartAt: boundary,
      nextAt: Date.parse('2026-03-31T10:00:00.000Z'),
    });
    expect(await daysOf(id)).toEqual([0, 1, 3]);
    expect(await life.actions(id)).toContain('recovered');
  });

  it('follows the tenant’s own base and number of attempts', async () => {
    await life.setSettings({ dunning: { baseDelayMs: HOUR_MS, attemptCountMax: 3, finalAction: 'cancel' } });
    const { id } = await pastDue();
    await life.live(10 * DAY_MS);
    expect((await daysOf(id)).map((days) => days * 24)).toEqual([0, 1, 3]);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'payment_failed' });
  });

  it('of a subscription paused by it begins anew on resume, with a period from then on', async () => {
    await life.setSettings({ dunning: { finalAction: 'pause', attemptCountMax: 1 } });
    const { id, customerId } = await life.subscribe({ token: 'tok_decline_after_1' });
    await life.liveTo(boundary);
    expect(await life.sub(id)).toMatchObject({ status: 'paused', pausedAt: boundary });
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    await resumeSubscription(life.context, life.call, id);
    await life.live(1);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary + 1 });
  });
});

describe('a hard decline', () => {
  it('fails the payment for good, keeps the invoice open, and waits for a method until the ladder’s last day', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['decline:stolen_card'] });
    await life.liveTo(boundary);
    expect(await life.sub(id)).toMatchObject({
      status: 'past_due',
      nextKind: 'dunning_end',
      nextAt: boundary + 15 * DAY_MS,
    });
    expect((await life.rows('payments', id))[1]).toMatchObject({ status: 'failed_permanent' });
    expect((await life.rows('invoices', id))[1]).toMatchObject({ status: 'open' });
    await life.liveTo(boundary + 15 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
    expect(await daysOf(id)).toEqual([0]);
  });

  it('is answered by a new method with a new payment on the same invoice, at once', async () => {
    const { id, customerId } = await life.subscribe();
    life.provider.script({ next: ['decline:stolen_card'] });
    await life.liveTo(boundary + DAY_MS);
    await attachPaymentMethod(life.context, life.call, customerId, {
      provider: 'sandbox',
      token: 'tok_ok',
      makeDefault: true,
    });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    const [, failed, paid] = await life.rows('payments', id);
    expect(failed).toMatchObject({ status: 'failed_permanent', dunningEndsAt: null });
    expect(paid).toMatchObject({ status: 'completed', invoiceId: failed?.invoiceId });
    expect(await daysOf(id)).toEqual([0, 1]);
  });
});

describe('another method', () => {
  it('made the default interrupts dunning at once, on the payment that is failing', async () => {
    const { id, customerId } = await pastDue();
    const good = await life.addMethod(customerId, 'tok_ok');
    await life.live(HOUR_MS);
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    expect(await life.rows('intents', id)).toMatchObject([{ kind: 'start' }, { kind: 'wake' }]);
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect((await life.rows('payments', id))[1]).toMatchObject({
      status: 'completed',
      attemptsCount: 2,
      paymentMethodId: good,
    });
  });

  it('given to the subscription itself does so too, and stays its own', async () => {
    const { id, customerId } = await pastDue();
    const good = await life.addMethod(customerId, 'tok_ok');
    await changeSubscription(life.context, life.call, id, {
      paymentMethodId: good,
      effective: 'now',
      proration: 'none',
    });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', paymentMethodId: good });
  });

  it('given while the charge with the old one is under way is tried as soon as that one has failed', async () => {
    const { id, customerId } = await life.subscribe();
    life.provider.script({ next: ['pending:300000'] });
    await life.liveTo(boundary);
    const good = await life.addMethod(customerId, 'tok_ok');
    const [row] = await life.rows('payment_attempts', id).then((attempts) => attempts.slice(1));
    expect(row).toMatchObject({ status: 'unknown' });
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    const { lookUp } = life.provider;
    life.provider.lookUp = async (request) => {
      const found = await lookUp.call(life.provider, request);
      if (found.kind !== 'found') return found;
      const providerChargeId = 'providerChargeId' in found.outcome ? found.outcome.providerChargeId : '';
      const outcome = {
        kind: 'declined',
        declineKind: 'hard',
        code: 'stolen_card',
        message: '',
        providerChargeId,
      } as const;
      return { ...found, outcome };
    };
    await life.live(HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    expect((await life.rows('payment_attempts', id)).slice(1).map(({ status }) => status)).toEqual([
      'declined',
      'succeeded',
    ]);
  });

  it('given while the last charge of the ladder is under way is tried before dunning ends, and once it is tried it ends', async () => {
    await life.setSettings({ dunning: { attemptCountMax: 1, finalAction: 'cancel' } });
    const { id, customerId } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    await life.liveTo(boundary);
    const other = await life.addMethod(customerId, 'tok_generic_decline');
    await setDefaultMethod(life.context, life.call, { customerId, id: other });
    await life.settle();
    // Its first, and by this ladder its last: the one given since has been tried too.
    expect(
      (await life.rows('payment_attempts', id)).map(({ status, paymentMethodId }) => [
        status,
        paymentMethodId === other,
      ]),
    ).toEqual([
      ['succeeded', false],
      ['declined', false],
      ['declined', true],
    ]);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
  });

  it('given while the customer has not authenticated closes that charge and is tried instead', async () => {
    const { id, customerId } = await life.subscribe();
    life.provider.script({ next: ['requires_action'] });
    await life.liveTo(boundary);
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    const [, closed, paid] = await life.rows('payment_attempts', id);
    expect([closed?.status, paid?.status]).toEqual(['declined', 'succeeded']);
  });

  it('after dunning has left the subscription past due pays it still', async () => {
    await life.setSettings({ dunning: { finalAction: 'leave_past_due' } });
    const { id, customerId } = await pastDue();
    await life.live(20 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'none' });
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  });

  it('leaves alone what is not past due', async () => {
    const { id, customerId } = await life.subscribe();
    const before = await life.sub(id);
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    expect(await life.sub(id)).toEqual(before);
  });
});
