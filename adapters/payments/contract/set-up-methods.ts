import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CurrentSubject, chargeRequest, deliveredEvent, failureOf, newTenant } from './subject.ts';

/** R63: the customer leaves for the provider's page and comes back; what is saved there can be charged without them. */
export function describeSetupContract(current: CurrentSubject): void {
  describe('set-up by redirect', () => {
    it('begins open, and completes once the customer is finished', async ({ skip }) => {
      const { finishSetup, provider } = current();
      if (finishSetup === undefined) skip();
      const setup = await beginSetup(current);
      expect(setup.url).toMatch(/^https?:/);
      expect(await setup.read()).toEqual({ kind: 'open' });
      await finishSetup?.(setup.url, 'tok_ok');
      const completed = await setup.read();
      expect(completed).toMatchObject({ kind: 'completed', method: { brand: expect.any(String) } });
      expect(await setup.read()).toEqual(completed);
      if (completed.kind !== 'completed') throw new Error('expected a completed set-up');
      const { providerMethodId } = completed.method;
      const charge = await provider.charge(chargeRequest({ tenantId: setup.tenantId, providerMethodId }));
      expect(charge).toMatchObject({ kind: 'succeeded' });
    });

    it('begins once per key', async ({ skip }) => {
      if (!current().provider.capabilities.setup) skip();
      const setup = await beginSetup(current);
      expect(await setup.again()).toEqual({ providerSetupId: setup.providerSetupId, url: setup.url });
    });

    it('tells of a completed set-up', async ({ skip }) => {
      const { finishSetup, deliveries } = current();
      if (finishSetup === undefined || deliveries === undefined) skip();
      const setup = await beginSetup(current);
      await finishSetup?.(setup.url, 'tok_ok');
      if (current().habits?.completesSetupOnRead) await setup.read();
      const event = await deliveredEvent(
        current(),
        ({ fact }) =>
          fact?.kind === 'setup_updated' &&
          (fact.setupId === setup.setupId || fact.providerSetupId === setup.providerSetupId),
      );
      // Where an event names no account, its endpoint does.
      expect([current().accountRefOf(setup.tenantId), null]).toContain(event.accountRef);
    });

    it("refuses to read another tenant's set-up", async ({ skip }) => {
      if (!current().provider.capabilities.setup) skip();
      const setup = await beginSetup(current);
      const foreign: unknown = await setup.read(newTenant()).catch((error: unknown) => error);
      // Some know it for an error, to others it is one that never was.
      expect(['rejected', 'failed']).toContain((foreign as { kind?: unknown }).kind);
    });

    it('is refused where the provider has none', async ({ skip }) => {
      if (current().provider.capabilities.setup) skip();
      expect(await failureOf(beginSetup(current))).toMatchObject({ kind: 'rejected', code: 'not_supported' });
    });
  });
}

async function beginSetup(current: CurrentSubject) {
  const { provider } = current();
  const tenantId = newTenant();
  const setupId = randomUUID();
  const idempotencyKey = `key-${setupId}`;
  const returnUrl = 'https://merchant.example/back?done=1';
  const request = { tenantId, setupId, customerId: 'cus-1', returnUrl, idempotencyKey };
  const { providerSetupId, url } = await provider.beginSetup(request);
  const read = (reader = tenantId) =>
    provider.readSetup({ tenantId: reader, setupId, providerSetupId, idempotencyKey: `read-${setupId}` });
  return { tenantId, setupId, providerSetupId, url, read, again: () => provider.beginSetup(request) };
}
