import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import { setDefaultMethod } from '../customers/set-default-method.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
/** Attempts the provider calls declined although it may yet capture them. */
let misreported: Set<string>;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  misreported = new Set();
  const { lookUp } = life.provider;
  life.provider.lookUp = async (request) => {
    const found = await lookUp.call(life.provider, request);
    if (found.kind === 'not_found' || !misreported.has(request.attemptId)) return found;
    const { providerChargeId } = found.outcome;
    const outcome = {
      kind: 'declined',
      declineKind: 'soft',
      code: 'generic_decline',
      message: '',
      providerChargeId,
    } as const;
    return { ...found, outcome };
  };
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const attemptsOf = async (id: SubscriptionId) => (await life.rows('payment_attempts', id)).slice(1);

async function notify(attempt: Pick<AttemptRow, 'id'>): Promise<void> {
  const event = { tenantId: life.tenantId, attemptId: attempt.id, consumer: 'test', eventId: newId('event') };
  await applyProviderEvent(life.context, event);
}

/** A renewal whose first attempt is taken for declined, and can be captured later. */
async function renewMisreported() {
  const subscribed = await life.subscribe();
  life.provider.script({ next: ['requires_action'] });
  await life.liveTo(boundary);
  const [attempt] = await attemptsOf(subscribed.id);
  if (!attempt) throw new Error('no attempt');
  misreported.add(attempt.id);
  await notify(attempt);
  expect((await attemptsOf(subscribed.id))[0]).toMatchObject({ status: 'declined' });
  const capture = async () => {
    life.provider.decideAction(attempt.actionUrl ?? '', 'succeeded');
    misreported.delete(attempt.id);
    await notify(attempt);
  };
  return { ...subscribed, capture };
}

describe('a success that comes after a decline', () => {
  it('pays the period, and the planned retry is not made', async () => {
    const { id, capture } = await renewMisreported();
    await capture();
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
    await life.live(20 * DAY_MS);
    expect(await attemptsOf(id)).toMatchObject([{ status: 'succeeded' }]);
  });

  it('when the retry has been paid already is surplus, and goes back in full', async () => {
    const { id, capture } = await renewMisreported();
    await life.live(DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    await capture();
    await life.settle();
    const [late, retry] = await attemptsOf(id);
    expect([late?.status, late?.surplus, retry?.status, retry?.surplus]).toEqual([
      'succeeded',
      true,
      'succeeded',
      false,
    ]);
    expect(await life.rows('refunds', id)).toMatchObject([
      { attemptId: late?.id, amountMinor: 1999, status: 'succeeded' },
    ]);
    expect(await life.topics(id)).toContain('payments.refunded');
  });

  it.each([
    ['paid', 'requires_action'],
    ['declined', 'requires_action'],
    ['not answered', 'requires_action'],
    ['paid', 'unknown'],
    ['never sent', 'not_sent'],
  ])(
    'pays the period although the retry is under way; when that one is then %s (%s), nothing is kept twice',
    async (outcome, status) => {
      const { id, capture } = await renewMisreported();
      const behaviour = { requires_action: 'requires_action', unknown: 'timeout_after', not_sent: 'unreachable' }[
        status
      ];
      life.provider.script({ next: [behaviour ?? ''] });
      await life.liveTo(boundary + DAY_MS);
      expect((await attemptsOf(id))[1]).toMatchObject({ status });
      await capture();
      expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
      const [, retry] = await attemptsOf(id);
      if (status === 'requires_action' && outcome !== 'not answered')
        life.provider.decideAction(retry?.actionUrl ?? '', outcome === 'paid' ? 'succeeded' : 'failed');
      await life.live(DAY_MS);
      expect(await life.sub(id)).toMatchObject({ status: 'active', periodStartAt: boundary });
      const refunds = await life.rows('refunds', id);
      expect(refunds).toMatchObject(outcome === 'paid' ? [{ attemptId: retry?.id, status: 'succeeded' }] : []);
      expect(
        (await attemptsOf(id)).filter((attempt) => attempt.status === 'succeeded' && !attempt.surplus),
      ).toHaveLength(1);
      expect(await attemptsOf(id)).toHaveLength(2);
    },
  );

  it('pays the period although the retry never arrived: that one is not sent again', async () => {
    const { id, capture } = await renewMisreported();
    life.provider.script({ next: ['timeout_before'] });
    life.skipTo(boundary + DAY_MS);
    await life.drive(id);
    expect((await attemptsOf(id))[1]).toMatchObject({ status: 'unknown' });
    await capture();
    await life.live(DAY_MS);
    expect(await attemptsOf(id)).toMatchObject([{ status: 'succeeded' }, { status: 'abandoned', sendCount: 1 }]);
    expect(await life.rows('refunds', id)).toEqual([]);
  });

  it('after another payment was opened on the invoice closes that one, which is not charged', async () => {
    const { id, customerId, capture } = await renewMisreported();
    life.provider.script({ next: ['decline:stolen_card'] });
    await life.liveTo(boundary + DAY_MS);
    const good = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: good });
    expect(await life.rows('payments', id)).toHaveLength(3);
    await capture();
    await life.live(20 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect((await attemptsOf(id)).map(({ status }) => status)).toEqual(['succeeded', 'declined']);
    expect((await life.rows('payments', id)).map(({ status }) => status)).toEqual([
      ...['completed', 'completed', 'failed_permanent'],
    ]);
  });

  it('after dunning has written the invoice off goes back, as does a second one', async () => {
    const { id, capture } = await renewMisreported();
    life.provider.script({ next: ['requires_action', ...Array.from({ length: 3 }, () => 'decline:generic_decline')] });
    await life.liveTo(boundary + DAY_MS);
    const second = (await attemptsOf(id))[1];
    misreported.add(second?.id ?? '');
    await notify(second as AttemptRow);
    await life.live(20 * DAY_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled' });
    await capture();
    misreported.delete(second?.id ?? '');
    life.provider.decideAction(second?.actionUrl ?? '', 'succeeded');
    await notify(second as AttemptRow);
    await life.live(MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect((await life.rows('invoices', id))[1]).toMatchObject({ status: 'uncollectible' });
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false });
  });
});

describe('money captured after the end (R21)', () => {
  it('goes back in full by itself, audited, with its event, and the ledger shows both ways', async () => {
    const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
    await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
    await life.live(MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', periodStartAt: null, hasOpenWork: false });
    expect(await life.rows('refunds', id)).toMatchObject([
      { status: 'succeeded', amountMinor: 1999, reason: 'captured_after_end' },
    ]);
    expect(await life.rows('payments', id)).toMatchObject([
      { status: 'refunded', capturedMinor: 1999, refundedMinor: 1999 },
    ]);
    expect(await life.rows('invoices', id)).toMatchObject([{ status: 'void' }]);
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
    expect(charges).toMatchObject([{ status: 'succeeded', refundedMinor: 1999 }]);
    const audits = await life.owner`select action from audit_log where tenant_id = ${life.tenantId} order by id`;
    expect(audits.map(({ action }) => action)).toContain('refund.requested');
    expect(await life.topics(id)).toContain('payments.refunded');
    const accounts = await life.owner`
      select account, sum(amount_minor)::int as sum from ledger_entries where tenant_id = ${life.tenantId} group by 1 order by 1`;
    expect(accounts.map(({ account, sum }) => [account, sum])).toEqual([
      ['provider_clearing', 0],
      ['refunds', 0],
    ]);
  });

  it('is refunded once, whatever the first answer of the provider was', async () => {
    const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
    await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
    const { refund } = life.provider;
    const keys: string[] = [];
    life.provider.refund = async (request) => {
      keys.push(request.idempotencyKey);
      const outcome = await refund.call(life.provider, request);
      if (keys.length > 1) return outcome;
      throw new (await import('../../adapters/payments/provider-error.ts')).ProviderError('unknown', 'timeout');
    };
    await life.live(5 * MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(new Set(keys).size).toBe(1);
    const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 });
    expect(charges).toMatchObject([{ refundedMinor: 1999 }]);
  });
});
