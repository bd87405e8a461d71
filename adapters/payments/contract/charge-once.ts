import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CurrentSubject, chargeRequest, chargesOf, failureOf, lookUpRequest, newPayer } from './subject.ts';

/** One key, one charge: what makes it safe to send an attempt again whose outcome is unknown. */
export function describeKeyContract(current: CurrentSubject): void {
  describe('idempotency keys', () => {
    describeReplays(current);
    describeWindow(current);
  });
  describe('faults', () => {
    describeUnrecorded(current);
    describeRecorded(current);
    describeDeadline(current);
  });
}

function describeReplays(current: CurrentSubject): void {
  it('replays the answer of a repeated charge and charges once', async () => {
    const { provider } = current();
    const payer = await newPayer(current());
    const first = await provider.charge(chargeRequest(payer, 'attempt-1'));
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
    expect(await chargesOf(current(), payer.tenantId)).toHaveLength(1);
  });

  it('replays a decline even when the method would be good by now', async () => {
    const { provider } = current();
    const payer = await newPayer(current());
    await current().script({ tenantId: payer.tenantId, next: ['decline:generic_decline'] });
    const first = await provider.charge(chargeRequest(payer, 'attempt-1'));
    expect(first).toMatchObject({ kind: 'declined', declineKind: 'soft' });
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
    expect(await provider.charge(chargeRequest(payer, 'attempt-2'))).toMatchObject({ kind: 'succeeded' });
  });

  it('does not charge again under a used key with another amount, and does not call the first one undone', async () => {
    const { provider } = current();
    const payer = await newPayer(current());
    await provider.charge(chargeRequest(payer, 'attempt-1'));
    const failure = await failureOf(provider.charge({ ...chargeRequest(payer, 'attempt-1'), amountMinor: 2000 }));
    expect(failure).toMatchObject({ kind: 'unknown', code: 'idempotency_key_mismatch' });
    expect(await chargesOf(current(), payer.tenantId)).toMatchObject([{ amountMinor: 1999 }]);
  });

  it('answers unknown while the first call is running, then replays it', async () => {
    const { provider } = current();
    const payer = await newPayer(current());
    await current().script({ tenantId: payer.tenantId, next: ['slow:300'] });
    const request = chargeRequest(payer, 'attempt-1');
    const results = await Promise.allSettled([provider.charge(request), provider.charge(request)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ kind: 'unknown', code: 'idempotency_key_in_progress' });
    expect(await provider.charge(request)).toMatchObject({ kind: 'succeeded' });
    expect(await chargesOf(current(), payer.tenantId)).toHaveLength(1);
  });

  it('charges once for twenty equal calls at the same time', async () => {
    const { provider } = current();
    const payer = await newPayer(current());
    const request = chargeRequest(payer, 'attempt-1');
    await Promise.allSettled(Array.from({ length: 20 }, () => provider.charge(request)));
    expect(await chargesOf(current(), payer.tenantId)).toHaveLength(1);
  });

  it('keeps the keys of two tenants apart', async () => {
    const { provider } = current();
    const [one, two] = [await newPayer(current()), await newPayer(current())];
    await provider.charge(chargeRequest(one, 'attempt-1'));
    await provider.charge(chargeRequest(two, 'attempt-1'));
    expect(await chargesOf(current(), two.tenantId)).toHaveLength(1);
  });
}

function describeWindow(current: CurrentSubject): void {
  it('remembers a key inside its window and charges again after it (F4), unless the reference alone forbids it', async () => {
    const { provider, setClockOffset, habits } = current();
    const windowMs = provider.capabilities.idempotencyWindowMs;
    const payer = await newPayer(current());
    const first = await provider.charge(chargeRequest(payer, 'attempt-1'));
    try {
      await setClockOffset(windowMs - 60_000);
      expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
      await setClockOffset(windowMs + 60_000);
      const again = await provider.charge(chargeRequest(payer, 'attempt-1')).catch((error: unknown) => error);
      if (habits?.chargesReferenceOnce) expect(again).toMatchObject({ kind: 'unknown', code: 'duplicate_reference' });
      else expect(again).toMatchObject({ kind: 'succeeded' });
      expect(again).not.toEqual(first);
    } finally {
      await setClockOffset(0);
    }
    expect(await chargesOf(current(), payer.tenantId)).toHaveLength(habits?.chargesReferenceOnce ? 1 : 2);
  });

  it('lets a success outrank a later decline of the same attempt in a look-up', async () => {
    const { provider, setClockOffset, script, habits } = current();
    const payer = await newPayer(current());
    const first = await provider.charge(chargeRequest(payer, 'attempt-1'));
    await script({ tenantId: payer.tenantId, next: ['decline:stolen_card'] });
    try {
      await setClockOffset(provider.capabilities.idempotencyWindowMs + 60_000);
      const again = await provider.charge(chargeRequest(payer, 'attempt-1')).catch((error: unknown) => error);
      expect(again).toMatchObject({ kind: habits?.chargesReferenceOnce ? 'unknown' : 'declined' });
    } finally {
      await setClockOffset(0);
    }
    const found = await provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-1' }));
    expect(found).toMatchObject({ kind: 'found', outcome: first });
  });
}

function describeUnrecorded(current: CurrentSubject): void {
  const untouched: [string, object | null][] = [
    ['unreachable', null],
    ['rate_limited:2000', { kind: 'rate_limited', retryAfterMs: 2000 }],
    ['timeout_before', { kind: 'unknown' }],
    ['error_before', { kind: 'unknown' }],
  ];
  it.each(untouched)('%s records nothing and leaves the key free', async (behave, expected) => {
    const { provider, script } = current();
    const payer = await newPayer(current());
    await script({ tenantId: payer.tenantId, next: [behave] });
    const failure = await failureOf(provider.charge(chargeRequest(payer, 'attempt-1', 400)));
    expect(failure).toMatchObject(expected ?? current().unreachableFailure ?? { kind: 'not_sent' });
    expect(await chargesOf(current(), payer.tenantId)).toEqual([]);
    expect(await provider.charge(chargeRequest(payer, 'attempt-1'))).toMatchObject({ kind: 'succeeded' });
    expect(await chargesOf(current(), payer.tenantId)).toHaveLength(1);
  });
}

function describeRecorded(current: CurrentSubject): void {
  it.each(['timeout_after', 'error_after', 'reset_after'])(
    '%s is unknown, found by a look-up, never charged twice',
    async (behave) => {
      const { provider, script } = current();
      const payer = await newPayer(current());
      await script({ tenantId: payer.tenantId, next: [behave] });
      const failure = await failureOf(provider.charge(chargeRequest(payer, 'attempt-1', 400)));
      expect(failure.kind).toBe('unknown');
      const found = await provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-1' }));
      expect(found).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
      const again = await provider.charge(chargeRequest(payer, 'attempt-1')).catch((error: unknown) => error);
      expect(again).toMatchObject({ kind: behave === 'error_after' ? 'unknown' : 'succeeded' });
      expect(await chargesOf(current(), payer.tenantId)).toHaveLength(1);
    },
  );

  it('a charge that outlives its deadline is unknown, not found while it runs, and found in the end', async () => {
    const { provider, script } = current();
    const payer = await newPayer(current());
    await script({ tenantId: payer.tenantId, next: ['slow:600'] });
    const failure = await failureOf(provider.charge(chargeRequest(payer, 'attempt-1', 100)));
    expect(failure.kind).toBe('unknown');
    const lookUp = () => provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-1' }));
    expect(await lookUp()).toEqual({ kind: 'not_found' });
    await expect.poll(lookUp, { timeout: 5_000 }).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
  });
}

function describeDeadline(current: CurrentSubject): void {
  it('sends nothing once the deadline has passed', async () => {
    const payer = await newPayer(current());
    const failure = await failureOf(current().provider.charge(chargeRequest(payer, randomUUID(), -1)));
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(await chargesOf(current(), payer.tenantId)).toEqual([]);
  });
}
