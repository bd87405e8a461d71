import { describe, expect, it } from 'vitest';
import type { EventPage, ProviderEvent } from '../port.ts';
import { type CurrentSubject, chargeRequest, newPayer, newTenant } from './subject.ts';

/** What no delivery brought can be fetched, once per event and with the ids a delivery would have carried. */
export function describeEventListContract(current: CurrentSubject): void {
  describe('list of events', () => {
    it('pages over all events of one tenant, none twice', async ({ skip }) => {
      const { provider } = current();
      if (!provider.capabilities.listEvents) skip();
      const payer = await newPayer(current(), 'tok_requires_action');
      const attemptIds = ['a', 'b', 'c'];
      for (const attemptId of attemptIds) {
        const open = await provider.charge(chargeRequest(payer, attemptId));
        if (open.kind !== 'requires_action') throw new Error(`expected requires_action, got ${open.kind}`);
        await current().decideAction(open.url, 'succeeded');
      }
      const listed = await allEvents(current, payer.tenantId);
      expect(new Set(listed.map(({ eventId }) => eventId)).size).toBe(listed.length);
      const told = listed.map(({ fact }) => (fact?.kind === 'charge_updated' ? fact.attemptId : null));
      for (const attemptId of attemptIds) expect(told).toContain(attemptId);
      expect(await allEvents(current, newTenant())).toEqual([]);
    });

    it('names an event as its delivery does', async ({ skip }) => {
      const { provider, webhookFor, webhookSecret: secret, webhookSettings: settings } = current();
      if (!provider.capabilities.listEvents) skip();
      const payer = await newPayer(current(), 'tok_requires_action');
      const attemptId = `listed-${payer.tenantId}`;
      const open = await provider.charge(chargeRequest(payer, attemptId));
      if (open.kind !== 'requires_action') throw new Error(`expected requires_action, got ${open.kind}`);
      await current().decideAction(open.url, 'succeeded');
      const delivered = await provider.parseWebhook({
        ...(await webhookFor(attemptId)),
        ...{ secret, settings, now: new Date() },
      });
      expect(await allEvents(current, payer.tenantId)).toContainEqual(delivered);
    });

    it('is empty where the provider keeps none', async ({ skip }) => {
      const { provider } = current();
      if (provider.capabilities.listEvents) skip();
      const payer = await newPayer(current());
      await provider.charge(chargeRequest(payer));
      expect(await allEvents(current, payer.tenantId)).toEqual([]);
    });
  });
}

async function allEvents(current: CurrentSubject, tenantId: string): Promise<ProviderEvent[]> {
  const since = new Date(Date.now() - 60_000);
  const events: ProviderEvent[] = [];
  let cursor: string | undefined;
  do {
    const page: EventPage = await current().provider.listEvents({ tenantId, since, cursor, limit: 2 });
    events.push(...page.events.map(({ event }) => event));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return events;
}
