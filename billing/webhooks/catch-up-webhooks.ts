import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { storeInInbox } from '../../db/queries/inbox.ts';
import { type CatchUpPoint, noteCaughtUp, readCatchUpPoints } from '../../db/queries/webhook-endpoints.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import type { BillingContext } from '../context.ts';
import { entryOfEvent } from './entry-of-event.ts';

export interface CaughtUp {
  endpoint: string;
  provider: string;
  /** Events the provider has named. */
  listed: number;
  /** Those that no delivery had brought. */
  missing: number;
}

const pageSize = 100;
/** A provider may list an event later than it happened; what is listed twice is known. */
const overlapMs = 10 * MINUTE_MS;

/**
 * Lists what the tenant's providers say has happened and stores what no delivery has brought; from there on it goes the way of
 * a delivery. Repeating it is harmless. `since` null goes on from where the last one ended. Throws the provider's `ProviderError`.
 */
export async function catchUpWebhooks(
  context: BillingContext,
  tenantId: TenantId,
  options: { since: Instant | null; endpoint?: string },
): Promise<CaughtUp[]> {
  const caughtUp: CaughtUp[] = [];
  const points = await readCatchUpPoints(context.database, tenantId);
  for (const point of points) {
    if (options.endpoint !== undefined && options.endpoint !== point.id) continue;
    const provider = context.provider(point.provider);
    if (!provider.capabilities.listEvents) continue;
    const since = options.since ?? point.since - overlapMs;
    const counts = await storeMissing(context, tenantId, { provider, point, since });
    // Only a list read to its end says that nothing is missing before now; one from a chosen date says so only if it reaches back.
    if (since <= point.since && point.isStored)
      await noteCaughtUp(context.database, tenantId, { id: point.id, at: point.now });
    caughtUp.push({ endpoint: point.id, provider: point.provider, ...counts });
  }
  return caughtUp;
}

async function storeMissing(
  { database }: BillingContext,
  tenantId: TenantId,
  from: { provider: PaymentProvider; point: CatchUpPoint; since: Instant },
): Promise<{ listed: number; missing: number }> {
  const { provider, point } = from;
  const counts = { listed: 0, missing: 0 };
  let cursor: string | null = null;
  do {
    const page = await provider.listEvents({
      tenantId,
      since: new Date(from.since),
      limit: pageSize,
      ...(cursor === null ? {} : { cursor }),
    });
    const place = { provider: point.provider, endpoint: point.id };
    const entries = page.events.map(({ event, rawBody }) => entryOfEvent(place, event, rawBody));
    const stored = entries.length === 0 ? new Set() : await storeInInbox(database, tenantId, entries);
    counts.listed += entries.length;
    counts.missing += stored.size;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return counts;
}
