import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, postLedger, type SubscriptionWork, writeTimeline } from '../subscription-work/subscription-work.ts';
import { movePeriodEnd } from './move-period-end.ts';

/**
 * The charge of an upgrade succeeded: the change it waited for takes effect. If a boundary was passed meanwhile the old plan
 * has been renewed, and what was paid becomes credit balance instead.
 */
export async function applyPaidChange(work: SubscriptionWork, invoice: InvoiceRow): Promise<void> {
  const { sub } = work;
  const change = sub.pendingChange;
  const stillFits = change?.waitsFor === 'payment' && change.madeForEndAt === sub.periodEndAt;
  if (!stillFits) {
    if (change?.waitsFor === 'payment') sub.pendingChange = null;
    sub.creditBalanceMinor += invoice.totalMinor;
    postLedger(work, 'credit_granted', { invoiceId: invoice.id }, [
      { account: 'revenue', amountMinor: invoice.totalMinor },
      { account: 'credit_balance', amountMinor: -invoice.totalMinor },
    ]);
    writeTimeline(work, 'change_lapsed', { invoice_id: invoice.id, credited: invoice.totalMinor });
    emit(work, 'subscriptions.updated', () => ({
      subscription: subscriptionSnapshot(sub),
      changes: ['credit_balance'],
    }));
    return;
  }
  if (change.newEndAt !== null) {
    sub.periodPausedMs += change.newEndAt - (sub.periodEndAt ?? change.newEndAt);
    await movePeriodEnd(work, change.newEndAt);
  }
  sub.planId = change.planId ?? sub.planId;
  sub.priceId = change.priceId ?? sub.priceId;
  sub.quantity = change.quantity ?? sub.quantity;
  sub.basis = change.basis;
  sub.pendingLines = [];
  sub.pendingChange = null;
  writeTimeline(work, change.newEndAt === null ? 'plan_changed' : 'billing_date_changed', {
    invoice_id: invoice.id,
    quantity: sub.quantity,
  });
  emit(work, 'subscriptions.updated', () => ({
    subscription: subscriptionSnapshot(sub),
    changes: ['plan_id', 'quantity'],
  }));
}
