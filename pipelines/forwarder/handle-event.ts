import type { Failure, ReceivedMessage } from '../../adapters/events/port.ts';
import type { ProviderFact } from '../../adapters/payments/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import { applyProviderFact } from '../../billing/provider-facts/apply-provider-fact.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { parseId } from '../../db/new-id.ts';
import { markProcessed } from '../../db/queries/inbox.ts';
import { isPaymentTopic, paymentTopics, planPayment } from './plan-payments.ts';
import { type ReadEvent, readEvent, UnreadableEvent } from './read-event.ts';
import { wakeOverdue } from './wake-overdue.ts';

/** What the forwarder consumes; every other topic is for integrators. */
export const forwardedTopics = ['subscriptions.renew_required', 'webhooks.received', ...paymentTopics] as const;

/** One event, handled once whatever the number of its deliveries: the effect's transaction records it. */
export async function handleEvent(context: BillingContext, message: ReceivedMessage): Promise<void> {
  const event = readEvent(message);
  // The workflow's own decisions are committed: what it publishes is news to others only.
  if (event.origin === 'workflow') return;
  if (event.type === 'subscriptions.renew_required') return wakeOverdue(context, event);
  if (event.type === 'webhooks.received') return applyNotification(context, event);
  if (isPaymentTopic(event)) return planPayment(context, event);
  throw new UnreadableEvent(`nobody here consumes ${event.type}`);
}

async function applyNotification(context: BillingContext, event: ReadEvent<'webhooks.received'>): Promise<void> {
  const tenantId = parseId('tenant', event.tenant_id);
  if (tenantId === null) throw new UnreadableEvent('a tenant’s id that is none');
  const { provider, endpoint, provider_event_id: providerEventId, attempt_id: attemptId } = event.data;
  const fact: ProviderFact | null =
    attemptId === null ? null : { kind: 'charge_updated', attemptId, providerChargeId: null };
  await applyProviderFact(context, { tenantId, provider, fact, consumer: 'provider-events', eventId: event.id });
  await markProcessed(context.database, tenantId, { provider, endpoint, providerEventId });
}

/** What everything here depends on passes by itself and holds the partition; what one message does wrong does not. */
export function classify(error: unknown): Failure {
  if (error instanceof UnreadableEvent) return 'poison';
  return isInfrastructureError(error) ? 'passing' : 'failing';
}
