import type { Failure, ReceivedMessage } from '../../adapters/events/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { createNotificationHandler, ProviderBusy } from './apply-notification.ts';
import { collectAnew } from './collect-anew.ts';
import { isPaymentTopic, paymentTopics, planPayment } from './plan-payments.ts';
import { readEvent, UnreadableEvent } from './read-event.ts';
import { wakeOverdue } from './wake-overdue.ts';

/** What the forwarder consumes; every other topic is for integrators. */
export const forwardedTopics = [
  'subscriptions.renew_required',
  'subscriptions.collect_required',
  'webhooks.received',
  ...paymentTopics,
] as const;

/** One event, handled once whatever the number of its deliveries: the effect's transaction records it. */
export function createEventHandler(
  context: BillingContext,
  options: { askedMaxPerProvider: number },
): (message: ReceivedMessage) => Promise<void> {
  const applyNotification = createNotificationHandler(context, options);
  return async (message) => {
    const event = readEvent(message);
    // The workflow's own decisions are committed: what it publishes is news to others only.
    if (event.origin === 'workflow') return;
    if (event.type === 'subscriptions.renew_required') return wakeOverdue(context, event);
    if (event.type === 'subscriptions.collect_required') return collectAnew(context, event);
    if (event.type === 'webhooks.received') return applyNotification(event);
    if (isPaymentTopic(event)) return planPayment(context, event);
    throw new UnreadableEvent(`nobody here consumes ${event.type}`);
  };
}

/** What everything here depends on passes by itself and holds the partition; what one message does wrong does not. */
export function classify(error: unknown): Failure {
  if (error instanceof UnreadableEvent) return 'poison';
  return isInfrastructureError(error) || error instanceof ProviderBusy ? 'passing' : 'failing';
}
