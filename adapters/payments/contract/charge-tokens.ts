import { describe, expect, it } from 'vitest';
import type { ChargeOutcome } from '../port.ts';
import {
  type CurrentSubject,
  chargeRequest,
  chargesOf,
  failureOf,
  lookUpRequest,
  namesOfOpen,
  newPayer,
} from './subject.ts';

/** The tokens of spec §6. */
export function describeTokenContract(current: CurrentSubject): void {
  const decided: [string, Partial<ChargeOutcome>][] = [
    ['tok_ok', { kind: 'succeeded' }],
    ['tok_slow', { kind: 'succeeded' }],
    ['tok_insufficient_funds', { kind: 'declined', declineKind: 'insufficient_funds', code: 'insufficient_funds' }],
    ['tok_generic_decline', { kind: 'declined', declineKind: 'soft', code: 'generic_decline' }],
    ['tok_stolen_card', { kind: 'declined', declineKind: 'hard', code: 'stolen_card' }],
    ['tok_requires_action', { kind: 'requires_action', url: expect.stringMatching(/^https?:/) }],
  ];
  describe('tokens', () => {
    it.each(decided)('%s ends as the specification says, and a look-up tells the same', async (token, expected) => {
      const { provider } = current();
      const payer = await newPayer(current(), token);
      const outcome = await provider.charge(chargeRequest(payer, 'attempt-1'));
      expect(outcome).toMatchObject(expected);
      const names = { tenantId: payer.tenantId, attemptId: 'attempt-1' };
      const { providerChargeId } = outcome;
      const isOpen = outcome.kind === 'requires_action' && providerChargeId !== null;
      const sought = isOpen ? namesOfOpen(current(), { ...names, providerChargeId }) : names;
      const found = await provider.lookUp(lookUpRequest(sought));
      expect(found).toEqual({ kind: 'found', outcome, amountMinor: 1999, currency: 'USD' });
    });

    it('tok_decline_after_1 is good once per attached method, then short of funds', async () => {
      const { provider } = current();
      const payer = await newPayer(current(), 'tok_decline_after_1');
      expect(await provider.charge(chargeRequest(payer))).toMatchObject({ kind: 'succeeded' });
      const second = await provider.charge(chargeRequest(payer));
      expect(second).toMatchObject({ kind: 'declined', declineKind: 'insufficient_funds' });
      const replaced = await newPayer(current(), 'tok_decline_after_1', payer.tenantId);
      expect(await provider.charge(chargeRequest(replaced))).toMatchObject({ kind: 'succeeded' });
    });

    it('tok_timeout_after_charge leaves the outcome unknown although the charge stands', async () => {
      const { provider } = current();
      const payer = await newPayer(current(), 'tok_timeout_after_charge');
      expect(await failureOf(provider.charge(chargeRequest(payer, 'attempt-1', 400)))).toMatchObject({
        kind: 'unknown',
      });
      const found = await provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-1' }));
      expect(found).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' }, amountMinor: 1999 });
    });

    it('tok_unreachable certainly sends nothing', async () => {
      const payer = await newPayer(current(), 'tok_unreachable');
      const failure = await failureOf(current().provider.charge(chargeRequest(payer)));
      expect(failure).toMatchObject(current().unreachableFailure ?? { kind: 'not_sent' });
      expect(await chargesOf(current(), payer.tenantId)).toEqual([]);
    });
  });
}
