import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import type { RetryTaskStatus } from '../../db/queries/retry-tasks.ts';
import { notify } from '../subscription-work/notify.ts';
import { type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';

/** An attempt has begun or is not decided. One that an administrator asked for reads `retrying` until its result (spec §8). */
export function setUnderWay(payment: PaymentRow, otherwise: 'processing' | 'pending' = 'processing'): void {
  if (payment.status !== 'retrying') payment.status = otherwise;
}

/** What became of an administrator's retry; the caller gives the payment the status that follows. */
export function endRetry(
  work: SubscriptionWork,
  payment: PaymentRow,
  status: Exclude<RetryTaskStatus, 'requested' | 'running'>,
  message: string | null,
): void {
  work.retries.push({ paymentId: payment.id, status, message });
  touch(work, 'payments', payment);
  if (status !== 'succeeded') return;
  notify(work, 'payment_retry_succeeded', {
    payment_id: payment.id,
    invoice_id: payment.invoiceId,
    amount: payment.amountMinor,
    currency: payment.currency,
  });
}
