import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import { businessNow, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { openPayment } from './open-payment.ts';
import { abandonAttempt, attemptOf, paymentsOf } from './void-invoice.ts';

/**
 * R31, R41: another payment method is there, so what is unpaid is tried at once: the planned retry moves to now, and where the
 * payment has failed for good a new one is opened on the same invoice. A charge under way is left alone.
 */
export function collectWithMethod(work: SubscriptionWork): void {
  const { sub, open } = work;
  if (sub.status !== 'past_due' && !(sub.status === 'incomplete' && sub.collection === 'dunning')) return;
  for (const invoice of open.invoices.filter(({ status }) => status === 'open')) {
    const attempt = attemptOf(work, invoice);
    if (attempt && (attempt.status === 'created' || attempt.status === 'not_sent')) {
      abandonAttempt(work, attempt, 'another payment method');
    } else if (attempt) {
      continue;
    }
    const payments = paymentsOf(work, invoice);
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
