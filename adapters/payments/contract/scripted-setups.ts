import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CurrentScripted, factAbout } from './scripted-subject.ts';
import { chargeRequest, failureOf, newTenant } from './subject.ts';

const returnUrl = 'https://shop.example/account?tab=cards';

async function chooseAt(current: CurrentScripted, url: string, choice: string): Promise<string> {
  const { chooseMethod } = current();
  if (chooseMethod === undefined) throw new Error('this subject has no page of a set-up');
  return chooseMethod(url, choice);
}

/** R63: the customer names a card on the provider's page; we see a method. */
export function describeScriptedSetups(current: CurrentScripted): void {
  const chooseMethod = (url: string, choice: string) => chooseAt(current, url, choice);

  async function begun(tenantId = newTenant(), key: string = randomUUID()) {
    const { provider } = current();
    const setupId = `set-of-${tenantId}`;
    const request = { tenantId, setupId, customerId: 'cus_1', returnUrl, idempotencyKey: key };
    const setup = await provider.beginSetup(request);
    const { providerSetupId } = setup;
    const read = (by = tenantId) =>
      provider.readSetup({ tenantId: by, setupId, providerSetupId, idempotencyKey: `read-${key}` });
    return { ...setup, request, setupId, tenantId, read };
  }

  describe('set-ups', () => {
    it('lead to a page and back, and name a method that can be charged', async () => {
      const { provider } = current();
      const setup = await begun();
      expect(await setup.read()).toEqual({ kind: 'open' });
      const back = new URL(await chooseMethod(setup.url, 'tok_ok'));
      expect([back.origin, back.searchParams.get('tab')]).toEqual(['https://shop.example', 'cards']);
      expect(back.searchParams.get('setup_id')).toBe(setup.setupId);
      const result = await setup.read();
      expect(result).toMatchObject({ kind: 'completed', method: { brand: 'visa', last4: '4242' } });
      expect(await setup.read()).toEqual(result);
      if (result.kind !== 'completed') throw new Error(`expected a method, got ${result.kind}`);
      const payer = { tenantId: setup.tenantId, providerMethodId: result.method.providerMethodId };
      expect(await provider.charge(chargeRequest(payer))).toMatchObject({ kind: 'succeeded' });
    });

    it('begin once per key', async () => {
      const first = await begun();
      const again = await current().provider.beginSetup(first.request);
      expect(again).toEqual({ providerSetupId: first.providerSetupId, url: first.url });
      const other = await begun(first.tenantId);
      expect(other.providerSetupId).not.toBe(first.providerSetupId);
    });

    it('that were completed do not change their method', async () => {
      const setup = await begun();
      await chooseMethod(setup.url, 'tok_ok');
      const result = await setup.read();
      expect(new URL(await chooseMethod(setup.url, 'tok_stolen_card')).origin).toBe('https://shop.example');
      expect(await setup.read()).toEqual(result);
    });

    it('fail when the customer leaves, and stay so', async () => {
      const setup = await begun();
      await chooseMethod(setup.url, 'canceled');
      expect(await setup.read()).toMatchObject({ kind: 'failed', code: 'canceled' });
      await expect(chooseMethod(setup.url, 'tok_ok')).rejects.toThrow(/setup_closed/);
      expect(await setup.read()).toMatchObject({ kind: 'failed' });
    });

    it("are another tenant's secret", async () => {
      const setup = await begun();
      expect(await failureOf(setup.read(newTenant()))).toMatchObject({ kind: 'rejected', code: 'unknown_setup' });
    });

    it('are told of when they are completed, where the provider tells', async () => {
      const { provider } = current();
      const setup = await begun();
      await chooseMethod(setup.url, 'tok_ok');
      if (!provider.capabilities.listEvents) return;
      const fact = await factAbout(current, setup.setupId, ({ kind }) => kind === 'setup_updated');
      expect(fact).toMatchObject({ setupId: setup.setupId, providerSetupId: setup.providerSetupId });
    });
  });
}
