import { emit, type SubscriptionWork } from './subscription-work.ts';

/** A word to people, by whoever the tenant has sending such things: the platform only says that it is due (spec §7). */
export function notify(work: SubscriptionWork, kind: string, details: Record<string, unknown>): void {
  const { id, customerId } = work.sub;
  emit(work, 'notifications.requested', () => ({
    kind,
    details: { subscription_id: id, customer_id: customerId, ...details },
  }));
}
