import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type CurrentSubject,
  chargeRequest,
  chargesOf,
  deliveredEvent,
  failureOf,
  newPayer,
  newTenant,
} from './subject.ts';

/** R42: in full or in part, once per key, never more than captured. */
export function describeRefundContract(current: CurrentSubject): void {
  describe('refunds', () => {
    describeCompleted(current);
    describeRejected(current);
    describeRefundEvents(current);
  });
}

async function paidCharge(current: CurrentSubject) {
  const { provider } = current();
  const payer = await newPayer(current());
  const outcome = await provider.charge(chargeRequest(payer));
  if (outcome.kind !== 'succeeded') throw new Error(`expected a success, got ${outcome.kind}`);
  const refund = (
    amountMinor: number,
    refundId: string = randomUUID(),
    { timeoutMs = 3_000, ...more }: { currency?: string; tenantId?: string; timeoutMs?: number } = {},
  ) =>
    provider.refund({
      tenantId: payer.tenantId,
      refundId,
      idempotencyKey: `key-${refundId}`,
      providerChargeId: outcome.providerChargeId,
      amountMinor,
      currency: 'USD',
      deadlineAtMonotonicMs: performance.now() + timeoutMs,
      ...more,
    });
  const refundedMinor = async () => (await chargesOf(current(), payer.tenantId))[0]?.refundedMinor;
  const lookUp = (refundId: string, tenantId = payer.tenantId, providerRefundId: string | null = null) =>
    provider.lookUpRefund({
      ...{ tenantId, refundId, providerChargeId: outcome.providerChargeId },
      ...{ providerRefundId, timeoutMs: 3_000 },
    });
  return { refund, refundedMinor, lookUp };
}

function describeCompleted(current: CurrentSubject): void {
  it('refunds in parts up to what was captured and no further', async () => {
    const { refund, refundedMinor } = await paidCharge(current);
    expect(await refund(999)).toMatchObject({ kind: 'succeeded' });
    expect(await refund(1000)).toMatchObject({ kind: 'succeeded' });
    expect(await refund(1)).toMatchObject({ kind: 'rejected', code: 'amount_exceeds_charge' });
    expect(await refundedMinor()).toBe(1999);
  });

  it('refunds once per key', async () => {
    const { refund, refundedMinor } = await paidCharge(current);
    const first = await refund(500, 'refund-1');
    expect(await refund(500, 'refund-1')).toEqual(first);
    expect(await failureOf(refund(600, 'refund-1'))).toMatchObject({
      kind: 'unknown',
      code: 'idempotency_key_mismatch',
    });
    expect(await refundedMinor()).toBe(500);
  });

  it('sends nothing once the deadline has passed, and leaves the key free', async () => {
    const { refund, refundedMinor, lookUp } = await paidCharge(current);
    const failure = await failureOf(refund(500, 'refund-1', { timeoutMs: -1 }));
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(await lookUp('refund-1')).toEqual({ kind: 'not_found' });
    expect(await refundedMinor()).toBe(0);
    expect(await refund(500, 'refund-1')).toMatchObject({ kind: 'succeeded' });
  });

  it('finds a refund by its reference, for its tenant only', async () => {
    const { refund, lookUp } = await paidCharge(current);
    const outcome = await refund(500, 'refund-1');
    expect(await lookUp('refund-1')).toEqual({ kind: 'found', outcome, amountMinor: 500, currency: 'USD' });
    expect(await lookUp('refund-2')).toEqual({ kind: 'not_found' });
    expect(await lookUp('refund-1', newTenant())).toEqual({ kind: 'not_found' });
  });
}

/** Behind the subject's `deliveries`. */
function describeRefundEvents(current: CurrentSubject): void {
  it('tells of a refund by our reference, with an id by which it is found', async ({ skip }) => {
    if (current().deliveries === undefined) skip();
    const { refund, lookUp } = await paidCharge(current);
    const refundId = randomUUID();
    const outcome = await refund(500, refundId);
    const { fact } = await deliveredEvent(
      current(),
      ({ fact: said }) => said?.kind === 'refund_updated' && said.refundId === refundId,
    );
    if (outcome.kind === 'rejected' || fact?.kind !== 'refund_updated')
      throw new Error('expected a refund and its event');
    const { providerRefundId } = outcome;
    expect([providerRefundId, null]).toContain(fact.providerRefundId);
    expect(await lookUp(refundId, undefined, providerRefundId)).toMatchObject({ kind: 'found', outcome });
  });
}

function describeRejected(current: CurrentSubject): void {
  it('rejects a refund in another currency, and a look-up says the same', async () => {
    const { refund, refundedMinor, lookUp } = await paidCharge(current);
    const outcome = await refund(500, 'refund-1', { currency: 'EUR' });
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'currency_mismatch' });
    const left = current().habits?.forgetsRejectedRefunds ? { kind: 'not_found' } : { kind: 'found', outcome };
    expect(await lookUp('refund-1')).toMatchObject(left);
    expect(await refundedMinor()).toBe(0);
  });

  it("rejects a refund of another tenant's charge", async () => {
    const { refund, refundedMinor } = await paidCharge(current);
    const outcome = await refund(500, 'refund-1', { tenantId: newTenant() });
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'unknown_charge' });
    expect(await refundedMinor()).toBe(0);
  });

  it('rejects a refund of a charge that captured nothing', async () => {
    const { provider } = current();
    const payer = await newPayer(current(), 'tok_requires_action');
    const open = await provider.charge(chargeRequest(payer));
    if (open.kind !== 'requires_action') throw new Error(`expected requires_action, got ${open.kind}`);
    const { providerChargeId } = open;
    const request = { ...payer, refundId: 'refund-1', idempotencyKey: 'key-refund-1', providerChargeId };
    const outcome = await provider.refund({
      ...{ ...request, amountMinor: 1, currency: 'USD', deadlineAtMonotonicMs: performance.now() + 3_000 },
    });
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'charge_not_captured' });
  });
}
