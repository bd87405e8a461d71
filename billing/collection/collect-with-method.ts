import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import { businessNow, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { openPayment } from './open-payment.ts';
import { abandonAttempt, closeAction, openAttemptOf, paymentsOf } from './void-invoice.ts';

/**
 * R31, R41: another payment method is there, so what is unpaid is tried at once: the planned retry moves to now, and where the
 * payment has failed for good a new one is opened on the same invoice. A charge under way is waited for, an unanswered
 * authentication is closed: if they do not pay, the new method is tried next.
 */
export function collectWithMethod(work: SubscriptionWork): void {
  const { sub, open } = work;
  if (sub.status !== 'past_due' && !(sub.status === 'incomplete' && sub.collection === 'dunning')) return;
  for (const invoice of open.invoices.filter(({ status }) => status === 'open')) {
    const attempt = openAttemptOf(work, invoice);
    if (attempt && (attempt.status === 'created' || attempt.status === 'not_sent')) {
      abandonAttempt(work, attempt, 'another payment method');
    } else if (attempt) {
      if (attempt.status === 'requires_action') closeAction(work, attempt);
      continue;
    }
    const payments = paymentsOf(work, invoice);
    // Billed by hand, and nobody has asked for it to be collected.
    if (invoice.kind === 'manual' && payments.length === 0) continue;
    const payment = payments.find(({ status }) => status !== 'failed_permanent') ?? openPayment(work, invoice);
    for (const given of payments.filter((other) => other !== payment)) stopWaiting(work, given);
    payment.dunningEndsAt = null;
    payment.retryAt = businessNow(work);
    touch(work, 'payments', payment);
  }
}

function stopWaiting(work: SubscriptionWork, payment: PaymentRow): void {
  payment.dunningEndsAt = null;
  touch(work, 'payments', payment);
}
