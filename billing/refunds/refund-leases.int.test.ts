import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { driveSteps } from '../../tests/support/drive-steps.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
let refund: BillingLife['provider']['refund'];
beforeEach(async () => {
  life = await openLife();
  refund = life.provider.refund.bind(life.provider);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await expectInvariants(life);
});

/** A capture nobody is owed: its refund is requested as soon as it is found. */
async function owedRefund(): Promise<SubscriptionId> {
  const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
  await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
  life.skip(5 * SECOND_MS);
  await life.drive(id);
  expect(await life.rows('refunds', id)).toMatchObject([{ status: 'requested' }]);
  return id;
}

async function driveRefund() {
  const [row] = await life.owner`select id from carriers where tenant_id = ${life.tenantId}`;
  return driveSteps(life.context, { tenantId: life.tenantId, carrierId: row?.['id'], carries: 'refund' });
}

const refundOf = async (id: SubscriptionId) => (await life.rows('refunds', id))[0];

const refundedAtProvider = async () =>
  (await life.provider.listCharges({ tenantId: life.tenantId, limit: 10 })).charges.map(
    ({ refundedMinor }) => refundedMinor,
  );

/** The process is frozen, and goes on with a lease that is over: no timer has fired meanwhile, but its clock has moved. */
function standStill(): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + MINUTE_MS);
  life.skip(MINUTE_MS);
}

describe('the sender of a refund', () => {
  it('that stands still once it has its lease sends nothing, and the next one does', async () => {
    const id = await owedRefund();
    const { provider } = life.context;
    life.context.provider = (name) => {
      Object.assign(life.context, { provider });
      standStill();
      return provider(name);
    };
    await driveRefund();
    expect(await refundedAtProvider()).toEqual([0]);
    expect(await refundOf(id)).toMatchObject({ status: 'unknown', leaseId: null });
    vi.restoreAllMocks();
    await life.live(HOUR_MS);
    expect(await refundOf(id)).toMatchObject({ status: 'succeeded' });
    expect(await refundedAtProvider()).toEqual([1999]);
  });

  it('that stands still while it looks the refund up does not send it afterwards', async () => {
    const id = await owedRefund();
    const { lookUpRefund } = life.provider;
    life.provider.refund = async () => {
      life.provider.refund = refund;
      throw new ProviderError('unknown', 'timeout');
    };
    life.provider.lookUpRefund = async (request) => {
      life.provider.lookUpRefund = lookUpRefund;
      const found = await lookUpRefund.call(life.provider, request);
      standStill();
      return found;
    };
    await driveRefund();
    life.skipTo((await refundOf(id))?.resolveAt ?? 0);
    await driveRefund();
    expect(await refundedAtProvider()).toEqual([0]);
    expect(await refundOf(id)).toMatchObject({ status: 'unknown', resolveCount: 2 });
  });

  it('gives the provider 20 s, and none after 40 s from before its lease', async () => {
    const id = await owedRefund();
    const leftMs: number[] = [];
    life.provider.refund = async ({ deadlineAtMonotonicMs }) => {
      leftMs.push(deadlineAtMonotonicMs - performance.now());
      throw new ProviderError('unknown', 'timeout');
    };
    await driveRefund();
    expect(leftMs[0]).toBeLessThanOrEqual(20 * SECOND_MS);
    expect(leftMs[0]).toBeGreaterThan(0);
    const { lookUpRefund } = life.provider;
    life.provider.lookUpRefund = async (request) => {
      const now = performance.now.bind(performance);
      vi.spyOn(performance, 'now').mockImplementation(() => now() + 30 * SECOND_MS);
      return lookUpRefund.call(life.provider, request);
    };
    life.skipTo((await refundOf(id))?.resolveAt ?? 0);
    await driveRefund();
    expect(leftMs[1]).toBeLessThanOrEqual(10 * SECOND_MS);
  });

  it('that comes late with no outcome does not end the lease of the next one', async () => {
    const id = await owedRefund();
    const [first, second] = [Promise.withResolvers<never>(), Promise.withResolvers<void>()];
    const calls: (typeof refund)[] = [
      () => first.promise,
      async (request) => {
        await second.promise;
        return refund(request);
      },
    ];
    life.provider.refund = (request) => (calls.shift() ?? refund)(request);
    const late = driveRefund();
    await expect.poll(() => calls.length, { interval: 5 }).toBe(1);
    life.skip(MINUTE_MS);
    const holder = driveRefund();
    await expect.poll(() => calls.length, { interval: 5 }).toBe(0);
    const held = await refundOf(id);
    expect(held).toMatchObject({ status: 'sent', leaseUntil: life.now() + MINUTE_MS });
    first.reject(new ProviderError('not_sent', 'deadline_passed'));
    await late;
    expect(await refundOf(id)).toEqual(held);
    second.resolve();
    await holder;
    expect(await refundOf(id)).toMatchObject({ status: 'succeeded' });
    expect(await refundedAtProvider()).toEqual([1999]);
  });
});
