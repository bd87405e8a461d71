import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeRequest } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { cancelSubscription } from '../subscriptions/cancel-subscription.ts';
import { applyProviderEvent } from './apply-provider-event.ts';

closePoolsAfterAll();

let life: BillingLife;
let sends: ChargeRequest[];
/** Sends a request that was on its way when its sender gave up. */
let land: (request: ChargeRequest | undefined) => Promise<unknown>;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  sends = [];
  const { charge } = life.provider;
  land = (request) => charge.call(life.provider, { ...(request as ChargeRequest), deadlineAtMonotonicMs: Infinity });
  life.provider.charge = (request) => {
    sends.push(request);
    return charge.call(life.provider, request);
  };
});
afterEach(() => expectInvariants(life));

const boundary = Date.parse('2026-02-28T10:00:00.000Z');
const lastAttempt = async (id: SubscriptionId) => {
  const attempt = (await life.rows('payment_attempts', id)).at(-1);
  if (!attempt) throw new Error('no attempt');
  return attempt;
};
const cancel = (id: SubscriptionId) => cancelSubscription(life.context, life.call, id, { reason: 'test', at: 'now' });

/** A renewal whose send came to nothing known, of a subscription that has ended since. */
async function endWith(...next: string[]): Promise<SubscriptionId> {
  const { id } = await life.subscribe();
  life.provider.script({ next });
  life.skipTo(boundary);
  await life.drive(id);
  sends = sends.slice(-1);
  await cancel(id);
  return id;
}

async function expectTakenBack(id: SubscriptionId): Promise<void> {
  expect(await lastAttempt(id)).toMatchObject({ status: 'abandoned', resolveAt: null });
  expect((await life.rows('payments', id)).at(-1)).toMatchObject({ status: 'failed_permanent', capturedMinor: 0 });
  expect((await life.rows('invoices', id)).at(-1)).toMatchObject({ status: 'void' });
  expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: false, nextKind: 'none' });
}

describe('an attempt of an ended subscription that the provider does not know', () => {
  it('is not sent again, and taken back once it can be on its way no more', async () => {
    const id = await endWith('timeout_before');
    await life.live(30 * SECOND_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', resolveCount: 1 });
    await life.live(35 * SECOND_MS);
    await expectTakenBack(id);
    expect(sends).toHaveLength(1);
  });

  it('is found where it arrives in between, and goes back', async () => {
    const id = await endWith('timeout_before');
    await life.live(30 * SECOND_MS);
    await land(sends[0]);
    await life.live(35 * SECOND_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', surplus: true });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded', amountMinor: 1999 }]);
    expect(sends).toHaveLength(1);
  });

  it('that arrives after all goes back in full by its notification', async () => {
    const id = await endWith('timeout_before');
    await life.live(DAY_MS);
    await expectTakenBack(id);
    await land(sends[0]);
    const event = { tenantId: life.tenantId, attemptId: (await lastAttempt(id)).id, consumer: 'test' };
    await applyProviderEvent(life.context, { ...event, eventId: newId('event') });
    await life.settle();
    expect(await lastAttempt(id)).toMatchObject({ status: 'succeeded', surplus: true });
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded', amountMinor: 1999 }]);
  });

  it('is waited for as long as the provider’s look-ups may lag behind its charges', async () => {
    const { capabilities } = life.provider;
    Object.assign(life.provider, { capabilities: { ...capabilities, lookUpLagMs: 3 * HOUR_MS } });
    const id = await endWith('timeout_before');
    await life.live(3 * HOUR_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown' });
    await life.live(2 * MINUTE_MS);
    await expectTakenBack(id);
    expect(sends).toHaveLength(1);
  });

  it('is waited for anew after a send that followed one which never left', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['unreachable', 'timeout_before'] });
    await life.liveTo(boundary);
    const { sendAt } = await lastAttempt(id);
    life.skipTo((sendAt ?? 0) + HOUR_MS);
    await life.drive(id);
    await cancel(id);
    await life.live(10 * SECOND_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown', sendCount: 2, resolveCount: 1 });
    await life.live(MINUTE_MS);
    await expectTakenBack(id);
  });

  it('is not taken back while the provider cannot be asked', async () => {
    const id = await endWith('timeout_before');
    life.provider.lookUp = async () => {
      throw new ProviderError('not_sent', 'unavailable');
    };
    await life.live(12 * HOUR_MS);
    expect(await lastAttempt(id)).toMatchObject({ status: 'unknown' });
    expect(sends).toHaveLength(1);
  });

  it('is not sent again where the subscription ends between the look-up and the send', async () => {
    const { id } = await life.subscribe();
    life.provider.script({ next: ['timeout_before'] });
    life.skipTo(boundary);
    await life.drive(id);
    sends = [];
    const { lookUp } = life.provider;
    life.provider.lookUp = async (request) => {
      life.provider.lookUp = lookUp;
      const found = await lookUp.call(life.provider, request);
      await cancel(id);
      return found;
    };
    await life.live(DAY_MS);
    expect(sends).toEqual([]);
    await expectTakenBack(id);
  });
});
