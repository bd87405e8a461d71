import { invariant } from '../../domain/invariant.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { releaseInvoice } from './void-invoice.ts';

/**
 * The end: nothing more is charged. Unpaid invoices are taken back, except where a charge is under way; its outcome is
 * still recorded, and refunded if it turns out paid.
 */
export function endSubscription(work: SubscriptionWork, status: 'canceled' | 'expired', reason: string | null): void {
  const { sub } = work;
  invariant(!['canceled', 'expired', 'payment_failed'].includes(sub.status), 'a subscription ends once');
  sub.status = status;
  sub.canceledAt = status === 'canceled' ? businessNow(work) : null;
  sub.cancelReason = reason ?? sub.cancelReason;
  sub.cancelAt = null;
  sub.pendingChange = null;
  sub.resumesAt = null;
  sub.incompleteExpiresAt = null;
  sub.lastResult = status === 'canceled' ? 'Canceled' : 'Expired';
  for (const run of work.open.runs) {
    run.status = 'void';
    touch(work, 'runs', run);
  }
  for (const invoice of work.open.invoices.filter((open) => open.status === 'draft' || open.status === 'open')) {
    releaseInvoice(work, invoice, status);
  }
  writeTimeline(work, status, { reason: sub.cancelReason });
  if (status === 'canceled') {
    emit(work, 'subscriptions.cancelled', () => ({
      subscription: subscriptionSnapshot(sub),
      reason: sub.cancelReason,
    }));
  } else {
    emit(work, 'subscriptions.expired', () => ({ subscription: subscriptionSnapshot(sub) }));
  }
}
