import type { ProviderFact } from '../../adapters/payments/port.ts';
import { parseId } from '../../db/new-id.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import type { BillingContext } from '../context.ts';
import { applyDispute } from '../disputes/apply-dispute.ts';
import { settleMethodSetup } from '../method-setups/settle-method-setup.ts';

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
  if (fact?.kind === 'setup_updated') {
    const { providerSetupId } = fact;
    const setupId = parseId('methodSetup', fact.setupId ?? '');
    await settleMethodSetup(context, { tenantId, provider, setupId, providerSetupId, consumer, eventId });
    return;
  }
  if (fact?.kind === 'dispute_updated') {
    await applyDispute(context, { tenantId, provider, dispute: fact.dispute, consumer, eventId });
    return;
  }
  await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, { consumer, eventId }));
}
