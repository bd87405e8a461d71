import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listCreditNotesOf } from '../../db/queries/credit-notes.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import type { RefundId } from '../../domain/ids.ts';
import { closePoolsAfterAll } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { permutationsOf } from '../../tests/support/notified-fixture.ts';
import { openRefundedLife, type RefundedLife } from '../../tests/support/refunded-life.ts';

closePoolsAfterAll();

let shop: RefundedLife;
beforeEach(async () => {
  shop = await openRefundedLife();
});

const collected = { provider_clearing: 1_999, revenue: -1_999 };
const givenBack = { refunds: 1_999, revenue: -1_999 };

const notices = async () => {
  const rows = await shop.life.owner<{ envelope: { data: { kind: string; details: object } } }[]>`
    select envelope from outbox where tenant_id = ${shop.life.tenantId} and topic = 'notifications.requested' order by id`;
  return rows.map(({ envelope }) => envelope.data);
};
const refundEvents = async () =>
  (await shop.life.rows('outbox', shop.id))
    .filter(({ topic }) => topic === 'payments.refunded')
    .map(({ envelope }) => envelope.data as { status: string; amount: number })
    .map(({ status, amount }) => [status, amount]);
const notes = async () => [
  ...(await shop.life.owner`
    select n.number, n.total_minor, r.status from credit_notes n
    join refunds r on r.tenant_id = n.tenant_id and r.id = n.refund_id
    where n.tenant_id = ${shop.life.tenantId} order by n.number`),
];
const hasOpenWork = async (id: RefundId) => {
  const [row] = await shop.life.owner`select has_open_work from carriers where id = ${id}`;
  return row?.['hasOpenWork'];
};

describe('a refund that was done and comes back', () => {
  afterEach(() => expectInvariants(shop.life));

  it('is reversed in payment, ledger and credit note, and everybody hears of it', async () => {
    const refund = await shop.refund(1_999, 'succeeded');
    expect(await shop.balances()).toEqual(givenBack);
    await shop.tell(refund, 'failed');
    await shop.tell(refund, 'failed');
    expect(await shop.refundOf(refund)).toMatchObject({ status: 'failed', message: 'lost' });
    expect(await shop.payment()).toMatchObject({ status: 'completed', refundedMinor: 0 });
    expect(await shop.balances()).toEqual(collected);
    expect(await notes()).toMatchObject([{ number: 1, totalMinor: 1_999, status: 'failed' }]);
    const { invoiceId } = await shop.payment();
    const { rows } = await readAsTenant(shop.life.context.database, shop.life.tenantId, (sql) =>
      listCreditNotesOf(sql, invoiceId, { limit: 10, beforeId: null }),
    );
    expect(rows).toMatchObject([{ number: 1, voidedAt: (await shop.refundOf(refund)).settledAt }]);
    expect(await refundEvents()).toEqual([
      ['succeeded', 1_999],
      ['failed', 0],
    ]);
    expect((await shop.life.actions(shop.id)).filter((action) => action === 'refund_failed')).toHaveLength(1);
    expect(await notices()).toMatchObject([
      { kind: 'refund_failed', details: { refund_id: refund, amount: 1_999, code: 'card_lost' } },
    ]);
    const audits = await shop.life
      .owner`select actor from audit_log where resource_id = ${refund} and action = 'refund.failed'`;
    expect(audits).toMatchObject([{ actor: 'provider:sandbox' }]);
    expect(await hasOpenWork(refund)).toBe(false);
  });

  it('can be made again, with a credit note of its own over the same lines', async () => {
    await shop.tell(await shop.refund(1_999, 'succeeded'), 'failed');
    await shop.refund(1_999, 'succeeded');
    expect(await shop.payment()).toMatchObject({ status: 'refunded', refundedMinor: 1_999 });
    expect(await shop.balances()).toEqual(givenBack);
    expect(await notes()).toMatchObject([
      { number: 1, totalMinor: 1_999, status: 'failed' },
      { number: 2, totalMinor: 1_999, status: 'succeeded' },
    ]);
  });

  it('leaves alone what another refund gave back', async () => {
    const first = await shop.refund(500, 'succeeded');
    await shop.refund(700, 'succeeded');
    await shop.tell(first, 'failed');
    expect(await shop.payment()).toMatchObject({ status: 'partially_refunded', refundedMinor: 700 });
    expect(await shop.balances()).toEqual({ provider_clearing: 1_299, refunds: 700, revenue: -1_999 });
  });

  it('is what a lost dispute takes', async () => {
    const refund = await shop.refund(1_999, 'succeeded');
    await shop.dispute('lost');
    await shop.tell(refund, 'failed');
    expect(await shop.payment()).toMatchObject({ status: 'disputed', refundedMinor: 0, disputedMinor: 1_999 });
    expect(await shop.balances()).toEqual({ dispute_losses: 1_999, revenue: -1_999 });
  });
});

describe('a refund that was rejected and goes through after all', () => {
  it('is done: booked, documented and no longer free', async () => {
    const refund = await shop.refund(1_999, 'rejected');
    expect(await shop.payment()).toMatchObject({ status: 'completed', refundedMinor: 0 });
    await shop.tell(refund, 'succeeded');
    await shop.tell(refund, 'rejected');
    expect(await shop.refundOf(refund)).toMatchObject({ status: 'succeeded', message: null });
    expect(await shop.payment()).toMatchObject({ status: 'refunded', refundedMinor: 1_999 });
    expect(await shop.balances()).toEqual(givenBack);
    expect(await notes()).toMatchObject([{ totalMinor: 1_999 }]);
    expect(await refundEvents()).toEqual([['succeeded', 1_999]]);
    expect(await notices()).toEqual([]);
    await expectInvariants(shop.life);
  });

  it('takes from an open dispute what is no longer there to be held', async () => {
    const refund = await shop.refund(1_999, 'rejected');
    await shop.dispute('open');
    await shop.tell(refund, 'succeeded');
    expect(await shop.payment()).toMatchObject({ status: 'disputed', refundedMinor: 1_999, disputedMinor: 0 });
    expect(await shop.balances()).toEqual(givenBack);
    await expectInvariants(shop.life);
  });

  it('is recorded even where that is more than was captured, and a person is told', async () => {
    const given = await shop.refund(1_999, 'rejected');
    await shop.refund(1_500, 'succeeded');
    await shop.tell(given, 'succeeded');
    expect(await shop.refundOf(given)).toMatchObject({ status: 'succeeded' });
    expect(await shop.payment()).toMatchObject({ status: 'refunded', refundedMinor: 1_999 });
    expect(await shop.balances()).toEqual({ provider_clearing: -1_500, refunds: 3_499, revenue: -1_999 });
    expect(await notes()).toMatchObject([{ totalMinor: 1_500 }, { totalMinor: 499 }]);
    expect(await notices()).toMatchObject([{ kind: 'refund_exceeds_captured', details: { excess: 1_500 } }]);
    // I5 names it, and nothing else is broken.
    await expect(expectInvariants(shop.life)).rejects.toThrow('I5');
    await shop.tell(given, 'failed');
    expect(await shop.payment()).toMatchObject({ status: 'partially_refunded', refundedMinor: 1_500 });
    expect(await shop.balances()).toEqual({ provider_clearing: 499, refunds: 1_500, revenue: -1_999 });
    await expectInvariants(shop.life);
  });
});

it('is not sent where another, given up and gone through, has given its capture back meanwhile', async () => {
  const given = await shop.refund(1_999, 'rejected');
  const waiting = await shop.reserve(1_999);
  await shop.tell(given, 'succeeded');
  let sent = 0;
  shop.life.provider.refund = async () => {
    sent += 1;
    return { kind: 'succeeded', providerRefundId: 'srf_2' };
  };
  await shop.life.settle();
  expect(sent).toBe(0);
  expect(await shop.refundOf(waiting)).toMatchObject({ status: 'needs_review' });
});

describe('the order in which the ends are told', () => {
  afterEach(() => expectInvariants(shop.life));

  it.each(
    permutationsOf(['pending', 'rejected', 'succeeded', 'failed'] as const).map(
      (order) => [order.join(', '), order] as const,
    ),
  )('%s: it came back, and the books are as if nothing had gone', async (_name, order) => {
    const refund = await shop.refund(800, 'pending');
    for (const word of [...order, ...order]) await shop.tell(refund, word);
    expect(await shop.refundOf(refund)).toMatchObject({ status: 'failed' });
    expect(await shop.payment()).toMatchObject({ status: 'completed', refundedMinor: 0, disputedMinor: 0 });
    expect(await shop.balances()).toEqual(collected);
    expect(await hasOpenWork(refund)).toBe(false);
    const events = await refundEvents();
    const wasDone = order.indexOf('succeeded') < order.indexOf('failed');
    expect(events.map(([status]) => status)).toEqual(wasDone ? ['succeeded', 'failed'] : []);
  });

  it.each(
    permutationsOf(['pending', 'rejected', 'succeeded'] as const).map((order) => [order.join(', '), order] as const),
  )('%s: it is done, once', async (_name, order) => {
    const refund = await shop.refund(800, 'pending');
    for (const word of [...order, ...order]) await shop.tell(refund, word);
    expect(await shop.refundOf(refund)).toMatchObject({ status: 'succeeded' });
    expect(await shop.payment()).toMatchObject({ status: 'partially_refunded', refundedMinor: 800 });
    expect(await shop.balances()).toEqual({ provider_clearing: 1_199, refunds: 800, revenue: -1_999 });
    expect(await notes()).toMatchObject([{ totalMinor: 800 }]);
    expect(await refundEvents()).toEqual([['succeeded', 800]]);
  });
});
