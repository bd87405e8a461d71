import type { ProviderEvent } from '../../adapters/payments/port.ts';
import { newId, parseId } from '../../db/new-id.ts';
import type { InboxEntry } from '../../db/queries/inbox.ts';
import type { AttemptId } from '../../domain/ids.ts';

/** An event as the inbox keeps it, delivered or listed: the same event makes the same row. */
export function entryOfEvent(
  from: { provider: string; endpoint: string },
  event: ProviderEvent,
  body: Uint8Array,
): InboxEntry {
  const { provider, endpoint } = from;
  const { eventId: providerEventId, type: eventType, fact } = event;
  return {
    provider,
    endpoint,
    providerEventId,
    id: newId('event'),
    attemptId: attemptOf(event),
    eventType,
    fact,
    body,
  };
}

function attemptOf({ fact }: ProviderEvent): AttemptId | null {
  return fact?.kind === 'charge_updated' ? parseId('attempt', fact.attemptId ?? '') : null;
}
