import { describe, expect, it, vi } from 'vitest';
import type { EventPage } from '../port.ts';
import { type CurrentScripted, capturedCharge } from './scripted-subject.ts';
import { newTenant } from './subject.ts';

/** What a catch-up relies on: the list tells what deliveries tell, whether they arrived or not. */
export function describeScriptedEvents(current: CurrentScripted): void {
  async function listAll(tenantId: string, since: Date, limit = 100) {
    const events: EventPage['events'] = [];
    let cursor: string | undefined;
    do {
      const page: EventPage = await current().provider.listEvents({ tenantId, since, limit, cursor });
      expect(page.events.length).toBeLessThanOrEqual(limit);
      events.push(...page.events);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return events;
  }

  describe('the list of events', () => {
    it('names what was delivered, oldest first, page by page, for its tenant only', async () => {
      const { openDispute, settleDispute, receivedAbout, provider, webhookSecret: secret } = current();
      const since = new Date(Date.now() - 60_000);
      const charge = await capturedCharge(current);
      for (const result of ['won', 'won', 'lost'] as const) {
        await settleDispute(await openDispute(charge.providerChargeId), result);
      }
      const listed = await listAll(charge.tenantId, since, 2);
      expect(listed.map(({ event }) => event.type)).toEqual([
        ...['dispute.opened', 'dispute.won', 'dispute.opened', 'dispute.won', 'dispute.opened', 'dispute.lost'],
      ]);
      const delivered = await vi.waitFor(
        () => {
          const received = receivedAbout(charge.attemptId);
          expect(received).toHaveLength(listed.length);
          return received;
        },
        { timeout: 10_000 },
      );
      const settings = current().webhookSettings;
      const parsed = await Promise.all(
        delivered.map((delivery) => provider.parseWebhook({ ...delivery, secret, settings, now: new Date() })),
      );
      const byId = (one: { eventId: string }, other: { eventId: string }) => one.eventId.localeCompare(other.eventId);
      expect(listed.map(({ event }) => event).toSorted(byId)).toEqual(parsed.toSorted(byId));
      expect(await listAll(newTenant(), since)).toEqual([]);
    });

    it('begins where it is asked to', async () => {
      const charge = await capturedCharge(current);
      await current().openDispute(charge.providerChargeId);
      expect(await listAll(charge.tenantId, new Date(Date.now() + 60_000))).toEqual([]);
      expect(await listAll(charge.tenantId, new Date(Date.now() - 60_000))).toHaveLength(1);
    });
  });
}
