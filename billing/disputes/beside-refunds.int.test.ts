import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closePoolsAfterAll } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { openRefundedLife, type RefundedLife } from '../../tests/support/refunded-life.ts';

closePoolsAfterAll();

let shop: RefundedLife;
beforeEach(async () => {
  shop = await openRefundedLife();
});
afterEach(() => expectInvariants(shop.life));

const disputedEvents = async () =>
  (await shop.life.rows('outbox', shop.id))
    .filter(({ topic }) => topic === 'payments.disputed')
    .map(({ envelope }) => envelope.data);

describe('a dispute of what a refund was to give back', () => {
  it('that was lost takes the money once the refund is rejected', async () => {
    const refund = await shop.refund(1_999, 'pending');
    await shop.dispute('lost');
    expect(await shop.payment()).toMatchObject({ status: 'disputed', refundedMinor: 1_999, disputedMinor: 0 });
    expect(await shop.balances()).toEqual({ provider_clearing: 1_999, revenue: -1_999 });
    await shop.tell(refund, 'rejected');
    expect(await shop.payment()).toMatchObject({ status: 'disputed', refundedMinor: 0, disputedMinor: 1_999 });
    expect(await shop.balances()).toEqual({ dispute_losses: 1_999, revenue: -1_999 });
    expect(await shop.life.actions(shop.id)).toContain('dispute_reserved');
    expect((await disputedEvents()).at(-1)).toMatchObject({ status: 'lost', reserved: 1_999 });
  });

  it('that is open holds all of it once the refund is rejected, and gives it back once it is won', async () => {
    const refund = await shop.refund(500, 'pending');
    await shop.dispute('open');
    expect(await shop.balances()).toEqual({ disputes: 1_499, provider_clearing: 500, revenue: -1_999 });
    await shop.tell(refund, 'rejected');
    expect(await shop.balances()).toEqual({ disputes: 1_999, revenue: -1_999 });
    await shop.dispute('won');
    expect(await shop.payment()).toMatchObject({ status: 'completed', refundedMinor: 0, disputedMinor: 0 });
    expect(await shop.balances()).toEqual({ provider_clearing: 1_999, revenue: -1_999 });
  });

  it('takes what is left beside a refund that is done', async () => {
    const refund = await shop.refund(500, 'pending');
    await shop.dispute('lost');
    await shop.tell(refund, 'succeeded');
    expect(await shop.payment()).toMatchObject({ status: 'disputed', refundedMinor: 500, disputedMinor: 1_499 });
    expect(await shop.balances()).toEqual({ dispute_losses: 1_499, refunds: 500, revenue: -1_999 });
    expect(await disputedEvents()).toHaveLength(2);
  });
});
