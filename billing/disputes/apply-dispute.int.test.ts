import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ProviderDispute } from '../../adapters/payments/port.ts';
import type { DisputeRow } from '../../db/queries/disputes.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyDispute } from './apply-dispute.ts';

closePoolsAfterAll();

type Told = Partial<ProviderDispute>;

async function openDisputedLife() {
  const life = await openLife();
  const { id } = await life.subscribe();
  const [attempt] = await life.rows('payment_attempts', id);
  if (!attempt) throw new Error('no attempt');
  const { tenantId, context } = life;
  const tell = (told: Told = {}, eventId: string = randomUUID()) => {
    const dispute: ProviderDispute = {
      ...{ providerDisputeId: 'dp_1', attemptId: attempt.id, providerChargeId: attempt.providerChargeId },
      ...{ status: 'open', amountMinor: 1_999, currency: 'USD', reason: 'fraudulent' },
      ...{ openedAt: '2026-02-01T00:00:00.000Z', evidenceDueAt: '2026-02-15T00:00:00.000Z' },
      ...told,
    };
    return applyDispute(context, { tenantId, provider: 'sandbox', dispute, consumer: 'test', eventId });
  };
  return { life, id, attempt, tell };
}

async function disputesOf({ owner, tenantId }: BillingLife): Promise<DisputeRow[]> {
  return [
    ...(await owner<DisputeRow[]>`select * from disputes where tenant_id = ${tenantId} order by provider_dispute_id`),
  ];
}

async function balancesOf({ owner, tenantId }: BillingLife): Promise<Record<string, number>> {
  const rows = await owner<{ account: string; balance: number }[]>`
    select account, sum(amount_minor)::bigint as balance from ledger_entries where tenant_id = ${tenantId}
    group by 1 having sum(amount_minor) <> 0 order by 1`;
  return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
}

async function paymentOf(life: BillingLife, id: SubscriptionId) {
  const [payment] = await life.rows('payments', id);
  if (!payment) throw new Error('no payment');
  return payment;
}

const kept = { provider_clearing: 1_999, revenue: -1_999 };
const held = { disputes: 1_999, revenue: -1_999 };
const gone = { dispute_losses: 1_999, revenue: -1_999 };

describe('a dispute', () => {
  it('holds the money while it is open, and everybody is told', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell();
    const payment = await paymentOf(life, id);
    expect(payment).toMatchObject({ status: 'disputed', capturedMinor: 1_999, disputedMinor: 1_999 });
    const [dispute] = await disputesOf(life);
    expect(dispute).toMatchObject({
      ...{ status: 'open', paymentId: payment.id, amountMinor: 1_999, reason: 'fraudulent', settledAt: null },
      evidenceDueAt: Date.parse('2026-02-15T00:00:00.000Z'),
    });
    expect(await balancesOf(life)).toEqual(held);
    expect((await life.actions(id)).slice(-1)).toEqual(['dispute_opened']);
    const events = (await life.rows('outbox', id)).filter(({ topic }) => topic === 'payments.disputed');
    expect(events.map(({ envelope }) => [envelope.origin, envelope.data])).toMatchObject([
      ['webhook', { dispute_id: dispute?.id, status: 'open', amount: 1_999, reserved: 1_999, reason: 'fraudulent' }],
    ]);
    const notices = await life.owner`
      select message_key, sequence from outbox where tenant_id = ${life.tenantId} and topic = 'notifications.requested'`;
    expect(notices).toMatchObject([{ messageKey: payment.customerId, sequence: null }]);
    const audits = await life.owner`select actor, action from audit_log where resource_id = ${dispute?.id ?? ''}`;
    expect(audits).toMatchObject([{ actor: 'provider:sandbox', action: 'dispute.opened' }]);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    await expectInvariants(life);
  });

  it('that is won gives it back', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell();
    await tell({ status: 'won' });
    expect(await paymentOf(life, id)).toMatchObject({ status: 'completed', disputedMinor: 0 });
    expect(await balancesOf(life)).toEqual(kept);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    await expectInvariants(life);
  });

  it('that is lost takes it away and ends the subscription', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell();
    await tell({ status: 'lost' });
    expect(await paymentOf(life, id)).toMatchObject({ status: 'disputed', disputedMinor: 1_999 });
    expect(await balancesOf(life)).toEqual(gone);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'dispute_lost' });
    await expectInvariants(life);
  });

  it('of a subscription that has ended is recorded all the same', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell({ status: 'lost' });
    await tell({ providerDisputeId: 'dp_2', status: 'lost' });
    expect(await disputesOf(life)).toHaveLength(2);
    expect((await life.topics(id)).filter((topic) => topic === 'subscriptions.cancelled')).toHaveLength(1);
    await expectInvariants(life);
  });

  it('is found by the provider’s id of the charge alone, and not by another provider’s', async () => {
    const { life, attempt, tell } = await openDisputedLife();
    await tell({ attemptId: null });
    expect(await disputesOf(life)).toMatchObject([{ attemptId: attempt.id }]);
    await life.owner`update payment_attempts set provider = 'stripe' where tenant_id = ${life.tenantId}`;
    await tell({ providerDisputeId: 'dp_2' });
    expect(await disputesOf(life)).toHaveLength(1);
  });

  it('about no charge of ours is recorded as seen, without effect', async () => {
    const { life, id, tell } = await openDisputedLife();
    const told = tell({ attemptId: 'att_of_nobody', providerChargeId: 'ch_of_nobody' }, 'evt_unknown');
    expect(await told).toBe('ignored');
    expect(await disputesOf(life)).toEqual([]);
    expect(await paymentOf(life, id)).toMatchObject({ status: 'completed' });
    const seen = await life.owner`select event_id from processed_events where tenant_id = ${life.tenantId}`;
    expect(seen).toMatchObject([{ eventId: 'evt_unknown' }]);
  });
});

describe('the order in which it is told', () => {
  /** `x` is told twice under one event id, as by a delivery that is repeated. */
  const orders = permutations(['open', 'won', 'open again', 'lost']);

  it.each(orders.map((order) => [order.join(', '), order] as const))(
    '%s: it is lost, and so are money and subscription',
    async (_name, order) => {
      const { life, id, tell } = await openDisputedLife();
      for (const word of order) {
        const status = word === 'won' || word === 'lost' ? word : 'open';
        await tell({ status }, word);
        await tell({ status }, word);
      }
      const [dispute, ...others] = await disputesOf(life);
      expect([dispute?.status, others]).toEqual(['lost', []]);
      expect(await balancesOf(life)).toEqual(gone);
      const isWonFirst = order.indexOf('won') < order.indexOf('lost');
      expect((await life.actions(id)).filter((action) => action.startsWith('dispute_'))).toEqual([
        'dispute_opened',
        ...(isWonFirst ? ['dispute_won'] : []),
        'dispute_lost',
      ]);
      expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'dispute_lost' });
      expect(await paymentOf(life, id)).toMatchObject({ status: 'disputed', disputedMinor: 1_999 });
      await expectInvariants(life);
    },
  );
});

it('told at once from several sides it is one dispute, decided once', async () => {
  const { life, id, tell } = await openDisputedLife();
  await Promise.all([tell(), tell({ status: 'lost' }), tell({ status: 'lost' }), tell(), tell({ attemptId: null })]);
  expect(await disputesOf(life)).toMatchObject([{ status: 'lost' }]);
  expect(await balancesOf(life)).toEqual(gone);
  expect((await life.topics(id)).filter((topic) => topic === 'payments.disputed')).toHaveLength(2);
  await expectInvariants(life);
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

describe('what it reserves', () => {
  it('is never more than is left, and the dispute says what it claims', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell({ amountMinor: 1_500 });
    await tell({ providerDisputeId: 'dp_2', amountMinor: 1_500 });
    expect(await paymentOf(life, id)).toMatchObject({ disputedMinor: 1_999 });
    expect(await disputesOf(life)).toMatchObject([{ amountMinor: 1_500 }, { amountMinor: 1_500 }]);
    const [, second] = (await life.rows('timeline', id)).filter(({ action }) => action === 'dispute_opened');
    expect(second?.details).toMatchObject({ amount: 1_500, reserved: 1_999 });
    await expectInvariants(life);
    await tell({ status: 'won' });
    expect(await paymentOf(life, id)).toMatchObject({ status: 'disputed', disputedMinor: 1_500 });
    expect(await balancesOf(life)).toEqual({ disputes: 1_500, provider_clearing: 499, revenue: -1_999 });
    await tell({ providerDisputeId: 'dp_2', status: 'lost' });
    expect(await balancesOf(life)).toEqual({ dispute_losses: 1_500, provider_clearing: 499, revenue: -1_999 });
    await expectInvariants(life);
  });

  it('leaves alone what is going back already, and the payment is what it was once the dispute is won', async () => {
    const { life, id, attempt, tell } = await openDisputedLife();
    const { owner, tenantId } = life;
    await owner`insert into refunds (tenant_id, id, payment_id, attempt_id, subscription_id, status, reason, amount_minor, currency)
      values (${tenantId}, 'ref_done', ${attempt.paymentId}, ${attempt.id}, ${id}, 'succeeded', 'test', 999, 'USD')`;
    await owner`update payments set refunded_minor = 999 where tenant_id = ${tenantId}`;
    await tell();
    expect(await paymentOf(life, id)).toMatchObject({ status: 'disputed', refundedMinor: 999, disputedMinor: 1_000 });
    await tell({ status: 'won' });
    expect(await paymentOf(life, id)).toMatchObject({ status: 'partially_refunded', disputedMinor: 0 });
  });

  it('is the whole charge where the amount is told in another currency', async () => {
    const { life, id, tell } = await openDisputedLife();
    await tell({ amountMinor: 1, currency: 'EUR' });
    expect(await paymentOf(life, id)).toMatchObject({ disputedMinor: 1_999 });
    expect(await disputesOf(life)).toMatchObject([{ amountMinor: 1_999, currency: 'USD' }]);
  });

  it('counts a charge nobody had told us was captured: it is looked up first', async () => {
    const life = await openLife();
    life.provider.script({ tenantId: life.tenantId, next: ['timeout_after'] });
    const { id } = await life.subscribe();
    const [attempt] = await life.rows('payment_attempts', id);
    expect(attempt?.status).toBe('unknown');
    const dispute: ProviderDispute = {
      ...{ providerDisputeId: 'dp_1', attemptId: attempt?.id ?? '', providerChargeId: null, status: 'open' },
      ...{ amountMinor: 1_999, currency: 'USD', reason: 'fraudulent' },
      ...{ openedAt: '2026-02-01T00:00:00.000Z', evidenceDueAt: null },
    };
    const { tenantId } = life;
    const told = { tenantId, provider: 'sandbox', dispute, consumer: 'test', eventId: 'evt_1' };
    expect(await applyDispute(life.context, told)).toBe('processed');
    expect(await paymentOf(life, id)).toMatchObject({ status: 'disputed', capturedMinor: 1_999, disputedMinor: 1_999 });
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    await expectInvariants(life);
  });
});

describe('the tenant’s policy', () => {
  it.each([
    [{ onOpen: 'pause' }, 'open', 'paused'],
    [{ onOpen: 'cancel' }, 'open', 'canceled'],
    [{ onOpen: 'nothing' }, 'open', 'active'],
    [{ onLost: 'pause' }, 'lost', 'paused'],
    [{ onLost: 'nothing' }, 'lost', 'active'],
    [{ onOpen: 'pause', onLost: 'cancel' }, 'lost', 'canceled'],
    [{ onOpen: 'pause' }, 'won', 'paused'],
  ] as const)('%o: %s → %s', async (disputes, status, expected) => {
    const { life, id, tell } = await openDisputedLife();
    await life.setSettings({ disputes });
    await tell({ status });
    expect(await life.sub(id)).toMatchObject({ status: expected });
    await expectInvariants(life);
  });

  it('that cannot pause a past-due subscription says so and leaves it', async () => {
    const { life, id, tell } = await openDisputedLife();
    await life.setSettings({ disputes: { onOpen: 'pause' } });
    life.provider.script({ tenantId: life.tenantId, next: ['decline:insufficient_funds'] });
    await life.live(28 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
    await tell();
    expect(await life.sub(id)).toMatchObject({ status: 'past_due' });
    expect(await life.actions(id)).toContain('pause_not_possible');
    await expectInvariants(life);
  });
});
