import type { ProviderFact } from '../../adapters/payments/port.ts';
import { parseId } from '../../db/new-id.ts';
import { findAttemptsOfCharges } from '../../db/queries/find-attempts.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { assertNever } from '../../domain/invariant.ts';
import { applyProviderEvent } from '../attempts/apply-provider-event.ts';
import type { BillingContext } from '../context.ts';
import { applyDispute } from '../disputes/apply-dispute.ts';
import { settleMethodSetup } from '../method-setups/settle-method-setup.ts';
import { attemptOf } from './settle-known-facts.ts';

/** Under which name the effect's transaction records an event as done. */
export const notificationConsumer = 'provider-events';

import { applyRefundEvent } from '../refunds/apply-refund-event.ts';

/** A stored notification on its way to what it is about. `eventId` is the inbox row's: its effect happens once. */
export interface IncomingFact {
  tenantId: TenantId;
  provider: string;
  fact: ProviderFact | null;
  eventId: string;
}

/** `ignored`: about nothing of ours, or nothing the platform has a use for. */
export type FactOutcome = 'processed' | 'ignored';

/**
 * What a notification says goes to the verb that owns it; each asks the provider itself, so order and repetition do not matter.
 * The verb records the event in its effect's transaction.
 */
export async function applyProviderFact(context: BillingContext, incoming: IncomingFact): Promise<FactOutcome> {
  const { tenantId, provider, fact, eventId } = incoming;
  const consumer = notificationConsumer;
  switch (fact?.kind) {
    case 'charge_updated':
      return applyChargeFact(context, incoming, fact);
    case 'setup_updated': {
      const { providerSetupId } = fact;
      const setupId = parseId('methodSetup', fact.setupId ?? '');
      return settleMethodSetup(context, { tenantId, provider, setupId, providerSetupId, consumer, eventId });
    }
    case 'dispute_updated':
      return applyDispute(context, { tenantId, provider, dispute: fact.dispute, consumer, eventId });
    case 'refund_updated': {
      const { refundId, providerRefundId } = fact;
      return applyRefundEvent(context, { tenantId, provider, refundId, providerRefundId, consumer, eventId });
    }
    case undefined:
      return recordSeen(context, incoming);
    default:
      return assertNever(fact);
  }
}

async function applyChargeFact(
  context: BillingContext,
  incoming: IncomingFact,
  fact: Extract<ProviderFact, { kind: 'charge_updated' }>,
): Promise<FactOutcome> {
  const { tenantId, provider, eventId } = incoming;
  const named = await withTenant(context.database, tenantId, (tx) => findAttemptsOfCharges(tx, [fact]));
  const attempt = attemptOf(fact, provider, named);
  if (attempt === undefined) return recordSeen(context, incoming);
  await applyProviderEvent(context, { tenantId, attemptId: attempt.id, consumer: notificationConsumer, eventId });
  return 'processed';
}

async function recordSeen(context: BillingContext, { tenantId, eventId }: IncomingFact): Promise<'ignored'> {
  const event = { consumer: notificationConsumer, eventId };
  await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, event));
  return 'ignored';
}
