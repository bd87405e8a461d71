import { describe, expect, it } from 'vitest';
import { type CurrentSubject, chargeRequest, chargesOf, lookUpRequest, newPayer, newTenant } from './subject.ts';

/** The provider's own list is the oracle for I6. */
export function describeListContract(current: CurrentSubject): void {
  describe('look-up and list', () => {
    it("finds neither an unknown attempt nor another tenant's", async () => {
      const { provider } = current();
      const payer = await newPayer(current());
      await provider.charge(chargeRequest(payer, 'attempt-1'));
      const unknown = await provider.lookUp(lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-2' }));
      const foreign = await provider.lookUp(lookUpRequest({ tenantId: newTenant(), attemptId: 'attempt-1' }));
      expect([unknown, foreign]).toEqual([{ kind: 'not_found' }, { kind: 'not_found' }]);
    });

    it('pages over all charges of one tenant, oldest first, none missing and none twice', async () => {
      const { provider } = current();
      const payer = await newPayer(current());
      const stranger = await newPayer(current());
      const attemptIds = ['a', 'b', 'c', 'd', 'e'];
      for (const attemptId of attemptIds) {
        await provider.charge(chargeRequest(payer, attemptId));
        await provider.charge(chargeRequest(stranger, attemptId));
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await provider.listCharges({ tenantId: payer.tenantId, cursor, limit: 2 });
        expect(page.charges.length).toBeLessThanOrEqual(2);
        seen.push(...page.charges.map((charge) => charge.attemptId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(seen).toEqual(attemptIds);
      const [first] = await chargesOf(current(), payer.tenantId);
      expect(first).toMatchObject({ amountMinor: 1999, currency: 'USD', status: 'succeeded', refundedMinor: 0 });
      expect(Math.abs((first?.createdAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it('lists only what was created in the time asked for, and pages through it', async () => {
      const { provider } = current();
      const payer = await newPayer(current());
      for (const attemptId of ['a', 'b', 'c']) await provider.charge(chargeRequest(payer, attemptId));
      const around = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
      const before = { from: new Date(Date.now() - 7_200_000), to: around.from };
      const list = { tenantId: payer.tenantId, limit: 2 };
      const first = await provider.listCharges({ ...list, created: around });
      const rest = await provider.listCharges({ ...list, created: around, cursor: first.nextCursor ?? '' });
      expect([...first.charges, ...rest.charges].map(({ attemptId }) => attemptId)).toEqual(['a', 'b', 'c']);
      expect(await provider.listCharges({ ...list, created: before })).toEqual({ charges: [], nextCursor: null });
    });
  });
}
