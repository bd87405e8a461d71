import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import { assertNever } from '../../domain/invariant.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { endSubscription } from './end-subscription.ts';
import { dunningPolicyOf } from './open-payment.ts';
import { writeOffInvoice } from './void-invoice.ts';

/** R41: the ladder is used up, or no other method came in time. */
export function endDunning(work: SubscriptionWork, invoice: InvoiceRow): void {
  const { sub } = work;
  const action = dunningPolicyOf(work).finalAction;
  writeTimeline(work, 'dunning_ended', { invoice_id: invoice.id, action });
  if (invoice.kind !== 'period') {
    writeOffInvoice(work, invoice);
    return;
  }
  switch (action) {
    case 'leave_past_due':
      return;
    case 'cancel':
      writeOffInvoice(work, invoice);
      endSubscription(work, 'canceled', 'payment_failed');
      return;
    case 'pause':
      writeOffInvoice(work, invoice);
      for (const run of work.open.runs) {
        run.status = 'void';
        touch(work, 'runs', run);
      }
      sub.status = 'paused';
      sub.collection = 'normal';
      sub.pausedAt = businessNow(work);
      sub.resumesAt = null;
      sub.pauseRemainingMs = 0;
      sub.statusBeforePause = 'active';
      writeTimeline(work, 'paused', { reason: 'payment_failed' });
      emit(work, 'subscriptions.paused', () => ({ subscription: subscriptionSnapshot(sub) }));
      return;
    default:
      assertNever(action);
  }
}
