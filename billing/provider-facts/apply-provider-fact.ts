import type { ProviderFact } from '../../adapters/payments/port.ts';
import { parseId } from '../../db/new-id.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import type { BillingContext } from '../context.ts';
import { applyRefundEvent } from '../refunds/apply-refund-event.ts';

/** A stored notification on its way to what it is about. `eventId` is the inbox row's: its effect happens once. */
export interface IncomingFact {
  tenantId: TenantId;
  provider: string;
  fact: ProviderFact | null;
  consumer: string;
  eventId: string;
}

/** What a notification says goes to the verb that owns it; each asks the provider itself, so order and repetition do not matter. */
export async function applyProviderFact(context: BillingContext, incoming: IncomingFact): Promise<void> {
  const { tenantId, provider, fact, consumer, eventId } = incoming;
  if (fact?.kind === 'charge_updated') {
    const attemptId = parseId('attempt', fact.attemptId ?? '');
    if (attemptId !== null) return applyProviderEvent(context, { tenantId, attemptId, consumer, eventId });
  }
  if (fact?.kind === 'refund_updated') {
    const { refundId, providerRefundId } = fact;
    return applyRefundEvent(context, { tenantId, provider, refundId, providerRefundId, consumer, eventId });
  }
  await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, { consumer, eventId }));
}
