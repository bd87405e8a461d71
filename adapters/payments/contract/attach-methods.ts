import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CurrentSubject, chargeRequest, chargesOf, failureOf, newPayer, newTenant } from './subject.ts';

export function describeAttachedMethods(current: CurrentSubject): void {
  describe('methods', () => {
    it('attaches a token as a method with brand, last four digits and a future expiry', async () => {
      const request = { tenantId: newTenant(), token: 'tok_ok', idempotencyKey: randomUUID() };
      const method = await current().provider.attachMethod(request);
      expect(method.providerMethodId).not.toBe('');
      expect(method).toMatchObject({ brand: 'visa', last4: expect.stringMatching(/^\d{4}$/) });
      expect(Date.UTC(method.expYear ?? 0, method.expMonth ?? 0)).toBeGreaterThan(Date.now());
    });

    it('attaches once per key', async () => {
      const { provider } = current();
      const request = { tenantId: newTenant(), token: 'tok_ok', idempotencyKey: randomUUID() };
      const first = await provider.attachMethod(request);
      expect(await provider.attachMethod(request)).toEqual(first);
      expect(await provider.attachMethod({ ...request, idempotencyKey: randomUUID() })).not.toEqual(first);
    });

    it('refuses an unknown token', async () => {
      const request = { tenantId: newTenant(), token: 'tok_nobody', idempotencyKey: randomUUID() };
      const failure = await failureOf(current().provider.attachMethod(request));
      expect(failure).toMatchObject({ kind: 'rejected', code: 'unknown_token' });
    });

    it("refuses to charge another tenant's method", async () => {
      const payer = await newPayer(current());
      const stranger = newTenant();
      const failure = await failureOf(current().provider.charge(chargeRequest({ ...payer, tenantId: stranger })));
      expect(failure.kind).toBe('rejected');
      expect(await chargesOf(current(), stranger)).toEqual([]);
    });
  });
}
