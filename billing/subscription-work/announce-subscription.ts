import type { Topic } from '../../contracts/events/index.ts';
import { invoiceSnapshot, paymentSnapshot, subscriptionSnapshot } from './snapshots.ts';
import { businessNow, emit, type SubscriptionWork } from './subscription-work.ts';

/**
 * The first event of every subscription. While the first charge is being made there is none; whoever learns of its outcome,
 * the API or the workflow, announces the subscription as it then is, ahead of anything else.
 */
export function announceOnce(work: SubscriptionWork): void {
  const { sub } = work;
  if (work.owner.kind !== 'subscription') return;
  if (sub.sequence > 0 || (work.isNew && sub.status === 'incomplete')) return;
  const at = businessNow(work);
  const payment = [...work.changed.payments.values()][0]?.row ?? work.open.payments[0] ?? null;
  work.events.unshift(
    {
      topic: 'subscriptions.created',
      at,
      data: () => ({ subscription: subscriptionSnapshot(sub), payment: payment && paymentSnapshot(payment) }),
    },
    ...work.open.invoices.map((row) => ({
      topic: 'invoices.created' as const,
      at,
      data: () => ({ invoice: invoiceSnapshot(row) }),
    })),
  );
}

/**
 * Whatever a verb has changed of what events carry of a subscription is in one of its events, so that they alone rebuild the
 * state at every commit. Most verbs say so themselves, and better.
 */
export function announceRest(work: SubscriptionWork): void {
  const { sub, before } = work;
  if (work.owner.kind !== 'subscription' || work.isNew || work.events.some(({ topic }) => carriers.has(topic))) return;
  const earlier = JSON.parse(before.snapshot) as Record<string, unknown>;
  const changes = Object.entries(subscriptionSnapshot(sub))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(earlier[name]))
    .map(([name]) => name);
  if (changes.length > 0) {
    emit(work, 'subscriptions.updated', () => ({ subscription: subscriptionSnapshot(sub), changes }));
  }
}

const carriers: ReadonlySet<Topic> = new Set<Topic>([
  'subscriptions.created',
  'subscriptions.updated',
  'subscriptions.cancelled',
  'subscriptions.paused',
  'subscriptions.resumed',
  'subscriptions.renewed',
  'subscriptions.expired',
]);
