import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { reserveRefund } from '../refunds/reserve-refund.ts';
import { postLedger, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { applyPaidChange } from './apply-paid-change.ts';
import { markInvoicePaid } from './issue-invoice.ts';
import { emitPaymentCompleted } from './payment-events.ts';
import { settleBillingRun } from './settle-billing-run.ts';
import { isUnwanted, stopCollecting, voidInvoice } from './void-invoice.ts';

/** Money was captured: recorded whatever the subscription's state; only its effect depends on the state it meets. */
export async function applySuccess(
  work: SubscriptionWork,
  charged: { attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow },
  message: string,
): Promise<void> {
  const { attempt, payment, invoice } = charged;
  const { sub } = work;
  if (attempt.status === 'declined' || attempt.status === 'abandoned')
    payment.attemptsCount += attempt.firstSentAt ? 0 : 1;
  attempt.status = 'succeeded';
  attempt.message = message;
  attempt.settledAt = work.tx.now;
  attempt.leaseId = null;
  attempt.leaseUntil = null;
  payment.status = 'completed';
  payment.capturedMinor += attempt.amountMinor;
  payment.lastError = null;
  payment.retryAt = null;
  payment.dunningEndsAt = null;
  sub.lastResult = `Paid ${formatMoney(attempt.amountMinor, attempt.currency)}`;
  if (isUnwanted(work, invoice)) {
    refundUnwanted(work, charged);
    return;
  }
  stopCollecting(work, charged);
  markInvoicePaid(work, invoice, attempt.amountMinor);
  postLedger(work, 'charge', { invoiceId: invoice.id, paymentId: payment.id }, [
    { account: 'provider_clearing', amountMinor: attempt.amountMinor },
    { account: 'receivable', amountMinor: -attempt.amountMinor },
  ]);
  // The synchronous first charge is a fact of `subscriptions.created`.
  if (sub.sequence > 0 || work.owner.kind !== 'subscription') emitPaymentCompleted(work, payment, attempt);
  if (invoice.kind === 'period') settleBillingRun(work, invoice, attempt.amountMinor);
  if (invoice.kind === 'proration') await applyPaidChange(work, invoice);
}

/**
 * Money nobody is owed: captured after the end, or for an invoice that is paid, taken back or given up. The whole amount goes
 * back, requested in the transaction that learns of the capture; an invoice that was open only for its sake is taken back.
 */
function refundUnwanted(
  work: SubscriptionWork,
  { attempt, payment, invoice }: { attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow },
): void {
  attempt.surplus = true;
  const reason = terminalStatuses.includes(work.sub.status) ? 'captured_after_end' : 'invoice_not_collectible';
  postLedger(work, 'charge', { invoiceId: invoice.id, paymentId: payment.id }, [
    { account: 'provider_clearing', amountMinor: attempt.amountMinor },
    { account: 'refunds', amountMinor: -attempt.amountMinor },
  ]);
  voidInvoice(work, invoice, reason);
  reserveRefund(work, { payment, attempt }, { amountMinor: attempt.amountMinor, reason, note: null });
}
