import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RefundOutcome } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';

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
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: true });
    await life.live(HOUR_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await life.sub(id)).toMatchObject({ hasOpenWork: false });
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

  it('whose sender died is found out after its lease, and paid once', async () => {
    const id = await owedRefund();
    life.provider.refund = async (request) => {
      life.provider.refund = refund;
      await refund(request);
      throw new Error('the process is gone');
    };
    await expect(life.live(10_000)).rejects.toThrow('the process is gone');
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'sent' }]);
    expect(await life.drive(id)).toMatchObject({ kind: 'sleep' });
    await life.live(2 * MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
    expect(await refundedAtProvider()).toEqual([1999]);
  });
});
