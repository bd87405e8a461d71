import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { emit, writeTimeline } from '../subscription-work/subscription-work.ts';

/** An unpaid period makes the subscription past due, from the first answer that did not pay it. */
export function dueStatus(work: SubscriptionWork, invoice: InvoiceRow): void {
  const { sub } = work;
  if (invoice.kind !== 'period' || !['scheduled', 'trialing', 'active'].includes(sub.status)) return;
  sub.status = 'past_due';
  writeTimeline(work, 'past_due', { invoice_id: invoice.id });
  emit(work, 'subscriptions.updated', () => ({
    subscription: subscriptionSnapshot(sub),
    changes: ['status'],
    reason: 'payment_failed',
  }));
}
