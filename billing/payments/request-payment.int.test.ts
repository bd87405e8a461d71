import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { repairSubscription } from '../steps/repair-subscription.ts';
import { planRequestedPayment, requestPayment } from './request-payment.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const lastDay = boundary + 15 * DAY_MS;
const lastPayment = async (id: SubscriptionId) => {
  const payment = (await life.rows('payments', id)).at(-1);
  if (!payment) throw new Error('no payment');
  return payment;
};

/** A renewal that only another payment method can pay, until the ladder's last day. */
async function renewDeclinedForGood() {
  const subscribed = await life.subscribe();
  life.provider.script({ next: ['decline:stolen_card'] });
  await life.liveTo(boundary);
  expect(await life.sub(subscribed.id)).toMatchObject({ nextKind: 'dunning_end', nextAt: lastDay });
  return subscribed;
}

async function payByHand(subscriptionId: SubscriptionId) {
  const reason = 'manual_retry' as const;
  const request = { subscriptionId, amountMinor: 1999, paymentMethodId: null, reason };
  expect((await requestPayment(life.context, life.call, request)).status).toBe(202);
  const { id: paymentId } = await lastPayment(subscriptionId);
  const event = { tenantId: life.tenantId, subscriptionId, paymentId, consumer: 'test', eventId: newId('event') };
  return { plan: () => planRequestedPayment(life.context, { ...event, reason, paymentMethodId: null }) };
}

it('a payment asked for by hand that is refused in the end leaves the final action where it was', async () => {
  const { id } = await renewDeclinedForGood();
  await life.live(DAY_MS);
  const { plan } = await payByHand(id);
  await life.owner`update subscriptions set parked_at = now(), parked = '{}' where id = ${id}`;
  await plan();
  expect(await lastPayment(id)).toMatchObject({ status: 'failed', retryAt: null });
  await repairSubscription(life.context, life.call, id, { action: 'retry', reason: 'seen to' });
  expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'dunning_end', nextAt: lastDay });
  await life.liveTo(lastDay + MINUTE_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
});

it('a payment asked for by hand whose request is lost does not keep the subscription past due for ever', async () => {
  const { id } = await renewDeclinedForGood();
  await payByHand(id);
  expect(await lastPayment(id)).toMatchObject({ status: 'pending' });
  await life.liveTo(lastDay + MINUTE_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
});

it('a payment asked for by hand at the last moment is still made', async () => {
  const { id } = await renewDeclinedForGood();
  await life.liveTo(lastDay - 1);
  const { plan } = await payByHand(id);
  await life.live(MINUTE_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
  await plan();
  await life.settle();
  expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
  expect(await lastPayment(id)).toMatchObject({ status: 'completed', dunningEndsAt: null });
  await life.live(DAY_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
});
