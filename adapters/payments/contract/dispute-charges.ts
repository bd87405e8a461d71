import { describe, expect, it } from 'vitest';
import type { ProviderDispute } from '../port.ts';
import { type CurrentSubject, chargeRequest, deliveredEvent, newPayer } from './subject.ts';

/** R43, behind the subject's `disputes`: what a provider tells of a charge its customer's bank took back. */
export function describeDisputeContract(current: CurrentSubject): void {
  describe('disputes', () => {
    it.for(['won', 'lost'] as const)('tells of a dispute when it opens and when it is %s', async (result, { skip }) => {
      const { disputes, provider } = current();
      if (disputes === undefined) skip();
      const payer = await newPayer(current());
      const request = chargeRequest(payer);
      const charge = await provider.charge(request);
      if (charge.kind !== 'succeeded') throw new Error(`expected a success, got ${charge.kind}`);
      const { providerChargeId } = charge;
      const { tenantId } = payer;
      const names = { attemptId: request.attemptId, providerChargeId };
      await disputes?.open({ tenantId, providerChargeId, amountMinor: 1500 });
      const opened = await disputeOf(current, names, 'open');
      expect(opened).toMatchObject({ amountMinor: 1500, currency: 'USD', reason: expect.stringMatching(/./) });
      expect(Math.abs(Date.parse(opened.openedAt) - Date.now())).toBeLessThan(60_000);
      await disputes?.settle({ tenantId, providerChargeId, result });
      const settled = await disputeOf(current, names, result);
      expect(settled.providerDisputeId).toBe(opened.providerDisputeId);
    });
  });
}

async function disputeOf(
  current: CurrentSubject,
  { attemptId, providerChargeId }: { attemptId: string; providerChargeId: string },
  status: ProviderDispute['status'],
): Promise<ProviderDispute> {
  const { fact } = await deliveredEvent(
    current(),
    ({ fact: said }) =>
      said?.kind === 'dispute_updated' &&
      (said.dispute.providerChargeId === providerChargeId || said.dispute.attemptId === attemptId) &&
      said.dispute.status === status,
  );
  if (fact?.kind !== 'dispute_updated') throw new Error('expected a dispute');
  return fact.dispute;
}
