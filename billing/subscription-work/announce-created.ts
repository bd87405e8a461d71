import { invoiceSnapshot, paymentSnapshot, subscriptionSnapshot } from './snapshots.ts';
import { businessNow, type SubscriptionWork } from './subscription-work.ts';

/**
 * The first event of every subscription. While the first charge is being made there is none; whoever learns of its outcome,
 * the API or the workflow, announces the subscription as it then is, ahead of anything else.
 */
export function announceOnce(work: SubscriptionWork): void {
  const { sub } = work;
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
