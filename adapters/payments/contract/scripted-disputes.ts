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
      const about = { providerDisputeId: disputeId, amountMinor: 1200, currency: 'USD' };
      const openedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
      const reason = expect.stringMatching(/./);
      expect(opened).toMatchObject({ dispute: { ...about, reason, status: 'open', openedAt } });
      if (opened.kind !== 'dispute_updated') throw new Error('expected a dispute');
      // By one of them at least it is known whose charge it is.
      const named = [opened.dispute.attemptId, opened.dispute.providerChargeId];
      expect([`${attemptId},${providerChargeId}`, `${attemptId},`, `,${providerChargeId}`]).toContain(named.join());
      await current().settleDispute(disputeId, result);
      const settled = await factAbout(current, disputeId, says(result));
      expect(settled).toMatchObject({ dispute: { ...about, status: result } });
    });

    it('keep what they hold from refunds until they are won', async () => {
      const charge = await capturedCharge(current);
      const disputeId = await current().openDispute(charge.providerChargeId, 1500);
      expect(await charge.refund(500, { id: 'too-much' })).toMatchObject({ kind: 'rejected', code: 'charge_disputed' });
      const bars = current().habits?.disputeBarsRefunds;
      const rest = await charge.refund(499, { id: 'the-rest' });
      expect(rest.kind).toBe(bars ? 'rejected' : 'succeeded');
      await current().settleDispute(disputeId, 'won');
      expect(await charge.refund(1500, { id: 'all-of-it' })).toMatchObject({ kind: 'succeeded' });
    });
  });
}
