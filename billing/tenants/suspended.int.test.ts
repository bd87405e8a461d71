import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChargeRequest } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { chargeAttempt } from '../attempts/charge-attempt.ts';
import { createManualInvoice } from '../manual-invoices/create-manual-invoice.ts';
import { reserveOnPayment } from '../refunds/reserve-on-payment.ts';
import { takeStep } from '../steps/take-step.ts';
import { wakeHeld } from './wake-held.ts';

closePoolsAfterAll();

const boundary = Date.parse('2026-02-28T10:00:00.000Z');

let life: BillingLife;
/** Every charge that reached the provider, by its idempotency key. */
let sent: string[];
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
  sent = [];
  const { charge } = life.provider;
  life.provider.charge = (request: ChargeRequest) => {
    sent.push(request.idempotencyKey);
    return charge.call(life.provider, request);
  };
});
afterEach(() => expectInvariants(life));

type Status = 'active' | 'suspended' | 'deleting';

async function become(status: Status): Promise<void> {
  await life.owner`update tenants set status = ${status} where tenant_id = ${life.tenantId}`;
  if (status === 'active') await wakeHeld(life.context, life.tenantId);
}

async function subscribeAndForget(): Promise<SubscriptionId> {
  const { id } = await life.subscribe();
  sent = [];
  return id;
}

const ref = (id: SubscriptionId) => ({ tenantId: life.tenantId, subscriptionId: id });

describe.each(['suspended', 'deleting'] as const)('while its tenant is %s', (status) => {
  it('a renewal is not charged, and asks again within an hour and some', async () => {
    const id = await subscribeAndForget();
    await become(status);
    await life.liveTo(boundary + 3 * HOUR_MS);
    expect(sent).toEqual([]);
    const sub = await life.sub(id);
    expect(sub).toMatchObject({ status: 'active', nextKind: 'renew', nextAt: boundary });
    expect(sub.wakeAt).toBeGreaterThan(life.now());
    expect(sub.wakeAt).toBeLessThanOrEqual(life.now() + HOUR_MS + 10 * MINUTE_MS);
    expect(await life.rows('invoices', id)).toHaveLength(1);
  });

  it('what goes on afterwards charges what became due, each once and in order', async () => {
    const id = await subscribeAndForget();
    await become(status);
    await life.liveTo(boundary + HOUR_MS);
    life.skipTo(boundary + 40 * DAY_MS);
    expect(sent).toEqual([]);
    await become('active');
    expect((await life.sub(id)).wakeAt).toBeLessThanOrEqual(life.now());
    await life.settle();
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(2);
    expect(await life.sub(id)).toMatchObject({ status: 'active', periodEndAt: Date.parse('2026-04-30T10:00:00.000Z') });
  });

  it('an attempt made just before is not sent, by the step or by the call it named', async () => {
    const id = await subscribeAndForget();
    life.skipTo(boundary);
    const step = await takeStep(life.context, ref(id));
    if (step.kind !== 'call') throw new Error(`a call is due, not ${step.kind}`);
    await become(status);
    const next = await chargeAttempt(life.context, step.input, { mayThrow: false });
    expect(next.kind).toBe('sleep');
    expect((await takeStep(life.context, ref(id), { chargesInLine: true })).kind).toBe('sleep');
    expect(sent).toEqual([]);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{}, { status: 'created', sendCount: 0 }]);
    await become('active');
    await life.settle();
    expect(sent).toHaveLength(1);
    expect(await life.sub(id)).toMatchObject({ status: 'active', hasOpenWork: false });
  });

  it('an attempt whose outcome is not known is still resolved', async () => {
    const id = await subscribeAndForget();
    life.provider.script({ next: ['timeout_after'] });
    life.skipTo(boundary);
    await life.drive(id);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{}, { status: 'unknown' }]);
    await become(status);
    await life.live(10 * MINUTE_MS);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{}, { status: 'succeeded' }]);
    expect(sent).toHaveLength(1);
  });

  it('one that never reached the provider is not sent again', async () => {
    const id = await subscribeAndForget();
    life.provider.script({ next: ['timeout_before'] });
    life.skipTo(boundary);
    await life.drive(id);
    await become(status);
    await life.live(MINUTE_MS);
    expect(sent).toHaveLength(1);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{}, { status: 'unknown', resolveCount: 1 }]);
    await become('active');
    await life.live(10 * MINUTE_MS);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{}, { status: 'succeeded' }]);
  });

  it('a refund that was asked for is made', async () => {
    const id = await subscribeAndForget();
    const [payment] = await life.rows('payments', id);
    if (!payment) throw new Error('no payment');
    await withTenant(life.context.database, life.tenantId, (tx) =>
      reserveOnPayment(tx, life.call.caller, payment.id, {
        ...{ id: newId('refund'), amountMinor: 100, reason: null, note: null },
      }),
    );
    await become(status);
    await life.live(MINUTE_MS);
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded' }]);
  });

  it('the charge of an invoice by hand waits too', async () => {
    const { customerId } = await life.makeCustomer();
    await createManualInvoice(life.context, life.call, {
      ...{ customerId, subscriptionId: null, currency: 'USD', memo: null, collect: true },
      lines: [{ description: 'Set-up', amountMinor: 5_000, quantity: 1 }],
    });
    await become(status);
    await life.live(3 * HOUR_MS);
    expect(sent).toEqual([]);
    await become('active');
    await life.settle();
    expect(sent).toHaveLength(1);
  });

  it('no subscription is created', async () => {
    await become(status);
    expect(await refusalOf(life.subscribe().then(({ answer }) => answer))).toBe('tenant_suspended');
    expect(sent).toEqual([]);
  });
});
