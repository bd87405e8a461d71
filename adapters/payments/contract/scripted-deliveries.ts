import { beforeEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../provider-error.ts';
import { type CurrentScripted, capturedCharge } from './scripted-subject.ts';

/** Ways in which an event arrives, or does not; shown on the two events of a dispute, which every provider tells of once. */
export function describeScriptedDeliveries(current: CurrentScripted): void {
  const arrived = { timeout: 15_000 };

  async function disputed(...next: string[]) {
    const { tenantId, providerChargeId } = await capturedCharge(current);
    await current().deliveryFaults?.script({ tenantId, next });
    const id = await current().openDispute(providerChargeId);
    return { id, tenantId, win: () => current().settleDispute(id, 'won'), told: () => toldAbout(id) };
  }

  /** What the platform would say to each delivery so far: the dispute's status, or why it is refused. */
  function toldAbout(disputeId: string): Promise<string[]> {
    const { provider, webhookSecret: secret, webhookSettings: settings, receivedAbout } = current();
    const read = receivedAbout(disputeId).map(async (delivery) => {
      try {
        const { fact } = await provider.parseWebhook({ ...delivery, secret, settings, now: new Date() });
        return fact?.kind === 'dispute_updated' ? fact.dispute.status : 'something else';
      } catch (error) {
        if (error instanceof ProviderError) return error.code;
        throw error;
      }
    });
    return Promise.all(read);
  }

  describe('deliveries', () => {
    beforeEach(({ skip }) => skip(current().deliveryFaults === undefined, 'nothing is sent over a wire'));

    it('come many times, and say the same', async () => {
      const { told } = await disputed('repeat:5');
      await expect.poll(told, arrived).toEqual(Array.from({ length: 5 }, () => 'open'));
    });

    it('never come, and are listed where the provider lists', async () => {
      const { id, tenantId, win, told } = await disputed('never');
      await win();
      await expect.poll(told, arrived).toEqual(['won']);
      const { provider } = current();
      if (!provider.capabilities.listEvents) return;
      const { events } = await provider.listEvents({ tenantId, since: new Date(Date.now() - 60_000), limit: 100 });
      const listed = events.map(({ event: { fact } }) => (fact?.kind === 'dispute_updated' ? fact.dispute : null));
      const statuses = listed.flatMap((dispute) => (dispute?.providerDisputeId === id ? dispute.status : []));
      expect(statuses.toSorted()).toEqual(['open', 'won']);
    });

    it.each(['reorder', 'delay:4000'])('come after the next one (%s)', async (behave) => {
      const { win, told } = await disputed(behave);
      await win();
      await expect.poll(told, arrived).toEqual(['won', 'open']);
    });

    it('come before the answer of the call that caused them', async () => {
      const { told } = await disputed('early');
      expect(await told()).toEqual(['open']);
    });

    it.each(['bad_signature', 'old_timestamp'])('come wrong once (%s), and rightly after a refusal', async (behave) => {
      current().deliveryFaults?.refuse(true);
      const { told } = await disputed(behave);
      await expect.poll(async () => (await told()).length, arrived).toBeGreaterThan(0);
      current().deliveryFaults?.refuse(false);
      await expect.poll(async () => (await told()).at(-1), arrived).toBe('open');
      expect((await told())[0]).toBe('bad_signature');
      expect((await told()).filter((said) => said === 'bad_signature')).toHaveLength(1);
    });
  });
}
