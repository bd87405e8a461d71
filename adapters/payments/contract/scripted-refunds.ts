import { describe, expect, it } from 'vitest';
import { type CurrentScripted, capturedCharge, factAbout } from './scripted-subject.ts';
import { chargeRequest, chargesOf, failureOf, newPayer } from './subject.ts';

function lostAfter(current: CurrentScripted): number {
  return current().lostAfterMs ?? 1_500;
}

/** Every way a refund can go wrong, and those that are decided later (R42). */
export function describeScriptedRefunds(current: CurrentScripted): void {
  describe('refunds that are decided later', () => {
    describePending(current);
  });
  describe('refunds that go wrong', () => {
    describeUnrecorded(current);
    describeRecorded(current);
  });
  it('a charge whose key is said to be running records nothing and stays unknown', async () => {
    const { provider, script } = current();
    const payer = await newPayer(current());
    await script({ tenantId: payer.tenantId, next: ['in_progress'] });
    const failure = await failureOf(provider.charge(chargeRequest(payer, 'attempt-1')));
    expect(failure).toMatchObject({ kind: 'unknown', code: 'idempotency_key_in_progress' });
    expect(await chargesOf(current(), payer.tenantId)).toEqual([]);
  });
}

function describePending(current: CurrentScripted): void {
  it('a pending refund reserves its amount, is done by itself and says so', async () => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: ['pending:100'] });
    const outcome = await charge.refund(1500);
    expect(outcome).toMatchObject({ kind: 'pending' });
    expect(await charge.refundedMinor()).toBe(1500);
    expect(await charge.refund(500, { id: 'another' })).toMatchObject({ kind: 'rejected' });
    const fact = await factAbout(current, charge.refundId, ({ kind }) => kind === 'refund_updated');
    expect(fact).toMatchObject({ refundId: charge.refundId });
    const done = { kind: 'found', outcome: { kind: 'succeeded' }, amountMinor: 1500 };
    await expect.poll(charge.lookUp, { timeout: 10_000 }).toMatchObject(done);
    expect(await charge.refund(1500)).toEqual(outcome);
    expect(await charge.refundedMinor()).toBe(1500);
  });

  it('a pending refund that fails gives its amount back', async () => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: ['pending_reject:50'] });
    expect(await charge.refund(1999)).toMatchObject({ kind: 'pending' });
    await expect.poll(charge.lookUp, { timeout: 10_000 }).toMatchObject({
      outcome: { kind: 'failed', code: current().failedRefundCode ?? 'refund_failed' },
    });
    expect(await charge.refundedMinor()).toBe(0);
    expect(await charge.refund(1999, { id: 'another' })).toMatchObject({ kind: 'succeeded' });
  });
}

function describeUnrecorded(current: CurrentScripted): void {
  const untouched: [string, object][] = [
    ['unreachable', { kind: 'not_sent' }],
    ['rate_limited:2000', { kind: 'rate_limited', retryAfterMs: 2000 }],
    ['in_progress', { kind: 'unknown', code: 'idempotency_key_in_progress' }],
    ['timeout_before', { kind: 'unknown' }],
    ['error_before', { kind: 'unknown' }],
  ];
  it.each(untouched)('%s moves nothing and leaves the key free', async (behave, expected) => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: [behave] });
    const wanted = behave === 'unreachable' ? (current().unreachableFailure ?? expected) : expected;
    expect(await failureOf(charge.refund(700, { timeoutMs: lostAfter(current) }))).toMatchObject(wanted);
    expect(await charge.lookUp()).toEqual({ kind: 'not_found' });
    expect(await charge.refundedMinor()).toBe(0);
    expect(await charge.refund(700)).toMatchObject({ kind: 'succeeded' });
    expect(await charge.refundedMinor()).toBe(700);
  });
}

function describeRecorded(current: CurrentScripted): void {
  it.each(['timeout_after', 'error_after', 'reset_after'])('%s is unknown, found, never paid twice', async (behave) => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: [behave] });
    expect((await failureOf(charge.refund(700, { timeoutMs: lostAfter(current) }))).kind).toBe('unknown');
    expect(await charge.lookUp()).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
    const again = await charge.refund(700).catch((error: unknown) => error);
    expect(again).toMatchObject({ kind: behave === 'error_after' ? 'unknown' : 'succeeded' });
    expect(await charge.refundedMinor()).toBe(700);
  });

  it('a refund that outlives its deadline is unknown, refused while it runs, and found in the end', async () => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: [`slow:${4 * lostAfter(current)}`] });
    expect((await failureOf(charge.refund(700, { timeoutMs: lostAfter(current) }))).kind).toBe('unknown');
    expect(await failureOf(charge.refund(700))).toMatchObject({ kind: 'unknown', code: 'idempotency_key_in_progress' });
    await expect.poll(charge.lookUp, { timeout: 15_000 }).toMatchObject({ outcome: { kind: 'succeeded' } });
    expect(await charge.refundedMinor()).toBe(700);
  });

  it('a rejection keeps its code, also in a look-up, and moves nothing', async () => {
    const charge = await capturedCharge(current);
    await current().scriptRefunds({ tenantId: charge.tenantId, next: ['reject:insufficient_funds'] });
    const outcome = await charge.refund(700);
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'insufficient_funds' });
    const left = current().habits?.forgetsRejectedRefunds ? { kind: 'not_found' } : { kind: 'found', outcome };
    expect(await charge.lookUp()).toMatchObject(left);
    expect(await charge.refundedMinor()).toBe(0);
  });
}
