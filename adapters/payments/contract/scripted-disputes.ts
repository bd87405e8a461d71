import { describe, expect, it } from 'vitest';
import type { ProviderFact } from '../port.ts';
import { type CurrentScripted, capturedCharge, factAbout } from './scripted-subject.ts';

/** R43: each event carries the dispute's whole state, so that their order does not matter. */
export function describeScriptedDisputes(current: CurrentScripted): void {
  const says = (status: 'open' | 'won' | 'lost') => (fact: ProviderFact) =>
    fact.kind === 'dispute_updated' && fact.dispute.status === status;

  describe('disputes', () => {
    it.each(['won', 'lost'] as const)('are told when they open and when they are %s', async (result) => {
      const { attemptId, providerChargeId } = await capturedCharge(current);
      const disputeId = await current().openDispute(providerChargeId, 1200);
      const opened = await factAbout(current, disputeId, says('open'));
      const about = { providerDisputeId: disputeId, attemptId, providerChargeId };
      const money = { amountMinor: 1200, currency: 'USD', reason: 'fraudulent' };
      const openedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
      expect(opened).toMatchObject({ dispute: { ...about, ...money, status: 'open', openedAt } });
      await current().settleDispute(disputeId, result);
      const settled = await factAbout(current, disputeId, says(result));
      expect(settled).toMatchObject({ dispute: { ...about, ...money, status: result } });
    });

    it('keep what they hold from refunds until they are won', async () => {
      const charge = await capturedCharge(current);
      const disputeId = await current().openDispute(charge.providerChargeId, 1500);
      expect(await charge.refund(500, { id: 'too-much' })).toMatchObject({ kind: 'rejected', code: 'charge_disputed' });
      expect(await charge.refund(499, { id: 'the-rest' })).toMatchObject({ kind: 'succeeded' });
      await current().settleDispute(disputeId, 'won');
      expect(await charge.refund(1500, { id: 'all-of-it' })).toMatchObject({ kind: 'succeeded' });
    });
  });
}
