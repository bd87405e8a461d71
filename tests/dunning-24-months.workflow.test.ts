import { describe, expect, it } from 'vitest';
import { attachPaymentMethod } from '../billing/customers/attach-payment-method.ts';
import { setDefaultMethod } from '../billing/customers/set-default-method.ts';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../domain/instant.ts';
import { openLives } from './support/open-lives.ts';
import type { WorkflowLife } from './support/workflow-life.ts';

const lives = openLives();

/** Paid for on 31 January 2027; the renewal a month later is declined, and its ladder counts from there. */
async function pastDue(token = 'tok_decline_after_1', settings: Parameters<WorkflowLife['setSettings']>[0] = {}) {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  await life.setSettings(settings);
  const { id, customerId } = await life.subscribe({ token });
  const boundary = (await life.sub(id)).periodEndAt ?? 0;
  if (token === 'tok_ok') life.provider.script({ next: ['decline:stolen_card'] });
  await life.liveTo(boundary);
  expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
  return { life, id, customerId, boundary };
}

/** The days after the boundary on which the provider was asked, and what it answered: by its own list. */
async function ladder(life: WorkflowLife, id: SubscriptionId, boundary: Instant) {
  const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
  const attempts = (await life.rows('payment_attempts', id)).slice(1);
  expect(charges.slice(1).map(({ attemptId }) => attemptId)).toEqual(attempts.map((attempt) => attempt.id));
  return attempts.map(({ dueAt }, index) => {
    const charge = charges[index + 1];
    const lateMs = (charge?.createdAt.getTime() ?? 0) - dueAt;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(MINUTE_MS);
    return `day ${(dueAt - boundary) / DAY_MS} ${charge?.status}`;
  });
}

const declinedOnAllDays = [0, 1, 3, 7, 15].map((day) => `day ${day} declined`);

describe('a ladder nobody interrupts (R41)', () => {
  it.each([
    ['cancel', 'canceled', 'uncollectible', 'void'],
    ['pause', 'paused', 'uncollectible', 'void'],
    ['leave_past_due', 'past_due', 'open', 'open'],
  ] as const)(
    'has its days to the second, then: %s; and nothing more in two years',
    async (finalAction, status, invoice, run) => {
      const { life, id, boundary } = await pastDue('tok_decline_after_1', { dunning: { finalAction } });
      await life.liveTo('2029-01-31T10:00:00.000Z');
      expect(await ladder(life, id, boundary)).toEqual(declinedOnAllDays);
      expect(await life.sub(id)).toMatchObject({ status });
      expect((await life.rows('invoices', id)).map((row) => row.status)).toEqual(['paid', invoice]);
      expect((await life.rows('billing_runs', id)).map((row) => row.status)).toEqual(['settled', run]);
      expect((await life.rows('payments', id)).map((row) => [row.status, row.attemptsCount])).toEqual([
        ['completed', 1],
        ['failed_permanent', 5],
      ]);
      expect(await lives.harness().isOpen(life.ref(id))).toBe(finalAction !== 'cancel');
    },
  );
});

describe('a ladder that is interrupted', () => {
  it('by a new default method is paid there and then, and the months go on from the anchor', async () => {
    const { life, id, customerId, boundary } = await pastDue();
    await life.liveTo(boundary + 2 * DAY_MS);
    const asleepUntil = (await life.sub(id)).sleepingUntil ?? 0;
    expect(asleepUntil).toBe(boundary + 3 * DAY_MS);
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    expect(await life.now()).toBeLessThan(boundary + 2 * DAY_MS + HOUR_MS);
    await life.liveTo('2027-05-01T00:00:00.000Z');
    const [first, , , retried, ...later] = await life.rows('payment_attempts', id);
    expect(retried).toMatchObject({ number: 3, status: 'succeeded', paymentMethodId: good });
    expect(first?.paymentMethodId).not.toBe(good);
    expect(later.slice(-2).map(({ dueAt }) => new Date(dueAt).toISOString().slice(0, 10))).toEqual([
      '2027-03-31',
      '2027-04-30',
    ]);
    expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2, 3, 4]);
  });

  it('by a new card after a hard decline opens a new payment on the same invoice', async () => {
    const { life, id, customerId, boundary } = await pastDue('tok_ok');
    await life.liveTo(boundary + 10 * DAY_MS);
    expect(await life.rows('payment_attempts', id)).toHaveLength(2);
    const input = { provider: 'sandbox', token: 'tok_ok', makeDefault: true };
    await attachPaymentMethod(life.context, life.call, customerId, input);
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    const [, failed, paid] = await life.rows('payments', id);
    expect([failed?.status, paid?.status]).toEqual(['failed_permanent', 'completed']);
    expect(paid?.invoiceId).toBe(failed?.invoiceId);
    expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2]);
  });

  it('by a cancel ends there and then: its planned retries never come', async () => {
    const { life, id, boundary } = await pastDue();
    await life.liveTo(boundary + 2 * DAY_MS);
    await cancelSubscription(life.context, life.call, id, { at: 'now', reason: null });
    await life.settle();
    expect(await lives.harness().result(life.ref(id))).toBe('Ended: canceled');
    await life.liveTo('2029-01-31T10:00:00.000Z');
    expect(await ladder(life, id, boundary)).toEqual(['day 0 declined', 'day 1 declined']);
    expect((await life.rows('invoices', id)).map(({ status }) => status)).toEqual(['paid', 'void']);
  });

  it('after it has left the subscription past due is paid still, months later, and every period since then in order', async () => {
    const { life, id, customerId } = await pastDue('tok_decline_after_1', {
      dunning: { finalAction: 'leave_past_due' },
    });
    await life.liveTo('2027-08-01T00:00:00.000Z');
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    await life.settle();
    expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await life.sub(id)).toMatchObject({ status: 'active', nextKind: 'renew' });
  });
});
