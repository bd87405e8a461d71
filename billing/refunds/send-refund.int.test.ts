import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefundOutcome } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { RefundId, SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { driveSteps } from '../../tests/support/drive-steps.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';
import { applyRefundEvent } from './apply-refund-event.ts';
import { repairRefund } from './repair-refund.ts';

closePoolsAfterAll();

let life: BillingLife;
let refund: BillingLife['provider']['refund'];
beforeEach(async () => {
  life = await openLife();
  refund = life.provider.refund.bind(life.provider);
});
afterEach(() => expectInvariants(life));

/** A capture nobody is owed: its refund is requested as soon as it is found. */
async function owedRefund(): Promise<SubscriptionId> {
  const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
  await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
  return id;
}

const carriersOf = () => life.owner`select * from carriers where tenant_id = ${life.tenantId}`;

async function noticesOf(kind: string): Promise<object[]> {
  const rows = await life.owner<{ details: object }[]>`
    select envelope->'data'->'details' as details from outbox
    where tenant_id = ${life.tenantId} and topic = 'notifications.requested' and envelope->'data'->>'kind' = ${kind}`;
  return rows.map(({ details }) => details);
}

/** Three tries that fail for a reason that is no infrastructure's. */
async function setAside(): Promise<SubscriptionId> {
  const id = await owedRefund();
  life.provider.refund = async () => {
    throw new ProviderError('rejected', 'unknown_charge');
  };
  await expect(life.live(5_000)).rejects.toThrow('unknown_charge');
  for (let tries = 0; tries < 3; tries += 1) {
    await life.owner`update refunds set lease_until = null, resolve_at = null, status = 'requested' where tenant_id = ${life.tenantId}`;
    await driveRefund({ noteFailures: true });
  }
  return id;
}

/** The provider takes the refund and decides it when it is told to. */
async function refundPendingAtProvider(): Promise<() => void> {
  let outcome: RefundOutcome = { kind: 'pending', providerRefundId: 'srf_1' };
  life.provider.refund = async (request) => {
    await refund(request);
    return outcome;
  };
  life.provider.lookUpRefund = async () => ({ kind: 'found', outcome, amountMinor: 1999, currency: 'USD' });
  await life.live(5_000);
  return () => {
    outcome = { kind: 'succeeded', providerRefundId: 'srf_1' };
  };
}

async function driveRefund(options: { noteFailures?: boolean } = {}) {
  const [row] = await carriersOf();
  return driveSteps(life.context, { tenantId: life.tenantId, carrierId: row?.['id'], carries: 'refund' }, options);
}

const refundedAtProvider = async () =>
  (await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 })).charges.map(
    ({ refundedMinor }) => refundedMinor,
  );

describe('a refund (R42)', () => {
  it('that the provider has pending is asked for until it is done', async () => {
    const id = await owedRefund();
    const outcomes: RefundOutcome[] = [{ kind: 'pending', providerRefundId: 'srf_1' }];
    life.provider.refund = async (request) => outcomes.shift() ?? refund(request);
    await life.live(5_000);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'pending' }]);
    // Its own workflow waits for it; the subscription's is over.
    expect(await carriersOf()).toMatchObject([{ hasOpenWork: true, nextKind: 'send_refund' }]);
    expect(await life.drive(id)).toMatchObject({ kind: 'ended' });
    await life.live(HOUR_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await carriersOf()).toMatchObject([
      { hasOpenWork: false, nextKind: 'none', lastResult: 'Refunded 19.99 USD' },
    ]);
  });

  it('that the provider rejects releases its reservation, and says so', async () => {
    const id = await owedRefund();
    life.provider.refund = async () => ({ kind: 'rejected', code: 'charge_disputed', message: 'no' });
    await life.live(MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'rejected', message: 'no' }]);
    expect(await life.rows('payments', id)).toMatchObject([{ capturedMinor: 1999, refundedMinor: 0 }]);
    expect(await life.actions(id)).toContain('refund_rejected');
  });

  it('whose outcome is not known is looked up before it is sent again, under the same key', async () => {
    const id = await owedRefund();
    const calls: string[] = [];
    life.provider.refund = async (request) => {
      calls.push(`refund ${request.idempotencyKey}`);
      await refund(request);
      throw new ProviderError('unknown', 'timeout');
    };
    const { lookUpRefund } = life.provider;
    life.provider.lookUpRefund = (request) => {
      calls.push('look up');
      return lookUpRefund.call(life.provider, request);
    };
    await life.live(HOUR_MS);
    const [row] = await life.rows('refunds', id);
    expect(row).toMatchObject({ status: 'succeeded' });
    expect(calls).toEqual([`refund ${row?.id}`, 'look up']);
    expect(await refundedAtProvider()).toEqual([1999]);
  });

  it('is never sent again after its key’s window: looked up, and then given to a person', async () => {
    const id = await owedRefund();
    let sent = 0;
    life.provider.refund = async () => {
      sent += 1;
      throw new ProviderError('unknown', 'timeout');
    };
    let looks = 0;
    life.provider.lookUpRefund = async () => {
      looks += 1;
      if (looks < 7) throw new ProviderError('unknown', 'timeout');
      return { kind: 'not_found' };
    };
    await life.live(3 * DAY_MS);
    expect([sent, looks]).toEqual([1, 7]);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'needs_review' }]);
    expect(await life.rows('payments', id)).toMatchObject([{ capturedMinor: 1999, refundedMinor: 1999 }]);
    expect(await carriersOf()).toMatchObject([{ hasOpenWork: true, nextKind: 'none', wakeAt: Infinity }]);
  });

  it.each([
    ['an hour is sent again within it alone', HOUR_MS, 4, [1, 'needs_review']],
    ['three days is sent again after a day and more', 3 * DAY_MS, 7, [2, 'succeeded']],
  ] as const)('whose account keeps its keys for %s', async (_name, refundMs, looksMax, expected) => {
    const id = await owedRefund();
    Object.assign(life.provider, { keyWindows: async () => ({ chargeMs: HOUR_MS, refundMs }) });
    let [sent, looks] = [0, 0];
    life.provider.refund = async (request) => {
      sent += 1;
      if (sent === 1) throw new ProviderError('unknown', 'timeout');
      return refund(request);
    };
    life.provider.lookUpRefund = async () => {
      looks += 1;
      if (looks < looksMax) throw new ProviderError('unknown', 'timeout');
      return { kind: 'not_found' };
    };
    await life.live(3 * DAY_MS);
    const [row] = await life.rows('refunds', id);
    expect([sent, row?.status]).toEqual(expected);
  });

  it.each([
    ['has pending for ever', { kind: 'pending', providerRefundId: 'srf_1' }, 'the provider still has it pending'],
    ['cannot be asked about any more', null, 'not known in the end: payment provider call unknown: timeout'],
  ] as const)(
    'that its provider %s is given to a person after five days, and a notification still ends it',
    async (_name, answer, message) => {
      const id = await owedRefund();
      let looks = 0;
      let outcome: RefundOutcome | null = answer;
      life.provider.refund = async () => {
        if (answer === null) throw new ProviderError('unknown', 'timeout');
        return answer;
      };
      life.provider.lookUpRefund = async () => {
        looks += 1;
        if (outcome === null) throw new ProviderError('unknown', 'timeout');
        return { kind: 'found', outcome, amountMinor: 1999, currency: 'USD' };
      };
      await life.live(5 * DAY_MS);
      expect(await life.rows('refunds', id)).toMatchObject([{ status: answer?.kind ?? 'unknown' }]);
      await life.live(30 * DAY_MS);
      expect(looks).toBe(11);
      expect(await life.rows('refunds', id)).toMatchObject([{ status: 'needs_review', message }]);
      expect(await noticesOf('refund_needs_review')).toMatchObject([{ amount: 1999, currency: 'USD', message }]);
      expect(await carriersOf()).toMatchObject([{ hasOpenWork: true, nextKind: 'none', wakeAt: Infinity }]);
      expect(await life.rows('payments', id)).toMatchObject([{ capturedMinor: 1999, refundedMinor: 1999 }]);
      const [row] = await life.rows('refunds', id);
      const event = { tenantId: life.tenantId, provider: 'sandbox', consumer: 'test' };
      const told = { ...event, refundId: row?.id ?? null, providerRefundId: null };
      outcome = { kind: 'pending', providerRefundId: 'srf_1' };
      await applyRefundEvent(life.context, { ...told, eventId: 'evt_1' });
      expect(await life.rows('refunds', id)).toMatchObject([{ status: 'needs_review' }]);
      outcome = { kind: 'succeeded', providerRefundId: 'srf_1' };
      await applyRefundEvent(life.context, { ...told, eventId: 'evt_2' });
      expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
      expect((await life.actions(id)).filter((action) => action === 'needs_review')).toHaveLength(1);
      expect(await noticesOf('refund_needs_review')).toHaveLength(1);
    },
  );

  it('that somebody changed at the provider is not taken for ours', async () => {
    const id = await owedRefund();
    life.provider.refund = async () => {
      throw new ProviderError('unknown', 'timeout');
    };
    const outcome: RefundOutcome = { kind: 'succeeded', providerRefundId: 'srf_1' };
    life.provider.lookUpRefund = async () => ({ kind: 'found', outcome, amountMinor: 1, currency: 'USD' });
    await life.live(HOUR_MS);
    expect(await life.rows('refunds', id)).toMatchObject([
      { status: 'needs_review', message: 'the provider holds 1 USD under this refund' },
    ]);
  });

  it('that fails for no reason of infrastructure is set aside alone after three tries', async () => {
    await setAside();
    expect(await carriersOf()).toMatchObject([
      { parked: { step: 'sendRefund' }, fruitlessTries: 3, wakeAt: Infinity, hasOpenWork: true },
    ]);
    const [row] = await carriersOf();
    expect(await noticesOf('refund_parked')).toMatchObject([
      { refund_id: row?.['id'], customer_id: row?.['customerId'], amount: 1999, currency: 'USD', step: 'sendRefund' },
    ]);
    life.provider.refund = refund;
    await life.live(MINUTE_MS);
    expect(await carriersOf()).toMatchObject([{ hasOpenWork: true }]);
    await life.owner`update carriers set parked_at = null, parked = null, fruitless_tries = 0 where tenant_id = ${life.tenantId}`;
    expect(await driveRefund()).toMatchObject({ kind: 'ended' });
  });

  it('that a notification decides while it is set aside waits for nobody, and is not repaired', async () => {
    const id = await setAside();
    const [row] = await life.rows('refunds', id);
    const outcome: RefundOutcome = { kind: 'succeeded', providerRefundId: 'srf_1' };
    life.provider.lookUpRefund = async () => ({ kind: 'found', outcome, amountMinor: 1999, currency: 'USD' });
    const event = { tenantId: life.tenantId, provider: 'sandbox', consumer: 'test', eventId: 'evt_1' };
    await applyRefundEvent(life.context, { ...event, refundId: row?.id ?? null, providerRefundId: null });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await carriersOf()).toMatchObject([{ parkedAt: null, parked: null, hasOpenWork: false }]);
    // As rows of earlier releases are.
    await life.owner`update carriers set parked_at = now() where tenant_id = ${life.tenantId}`;
    const repair = repairRefund(life.context, life.call, row?.id as RefundId, { action: 'retry', reason: 'seen' });
    expect(await refusalOf(repair)).toBe('invalid_state');
  });

  it('is brought on by the provider’s notification, once, whatever it is asked by', async () => {
    const id = await owedRefund();
    const done = await refundPendingAtProvider();
    const [row] = await life.rows('refunds', id);
    const event = { tenantId: life.tenantId, provider: 'sandbox', consumer: 'test', eventId: 'evt_1' };
    life.intents.length = 0;
    done();
    await applyRefundEvent(life.context, { ...event, refundId: null, providerRefundId: 'srf_1' });
    await applyRefundEvent(life.context, { ...event, refundId: row?.id ?? null, providerRefundId: null });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect((await life.topics(id)).filter((topic) => topic === 'payments.refunded')).toHaveLength(1);
    const ref = { carrierId: row?.id, carries: 'refund' };
    expect(life.intents).toContainEqual(expect.objectContaining({ ...ref, kind: 'wake' }));
    expect(await driveRefund()).toMatchObject({ kind: 'ended' });
  });

  it.each([
    ['another provider', { provider: 'other', refundId: null, providerRefundId: 'srf_1' }],
    ['nothing of ours', { provider: 'sandbox', refundId: null, providerRefundId: 'srf_9' }],
    ['no id of ours', { provider: 'sandbox', refundId: 'made up', providerRefundId: null }],
  ])('notification about %s is only recorded as seen', async (_name, about) => {
    const id = await owedRefund();
    await refundPendingAtProvider();
    const event = { tenantId: life.tenantId, consumer: 'test', eventId: 'evt_2' };
    await applyRefundEvent(life.context, { ...event, ...about });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'pending' }]);
    expect(await life.owner`select 1 from processed_events where tenant_id = ${life.tenantId}`).toHaveLength(1);
  });

  it('whose sender died is found out after its lease, and paid once', async () => {
    const id = await owedRefund();
    life.provider.refund = async (request) => {
      life.provider.refund = refund;
      await refund(request);
      throw new Error('the process is gone');
    };
    await expect(life.live(10_000)).rejects.toThrow('the process is gone');
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'sent' }]);
    expect(await driveRefund()).toMatchObject({ kind: 'sleep' });
    await life.live(2 * MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await refundedAtProvider()).toEqual([1999]);
  });
});
