import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import {
  businessNow,
  postLedger,
  type SubscriptionWork,
  touch,
  touchInvoice,
} from '../subscription-work/subscription-work.ts';
import { emitPaymentFailedPermanently } from './payment-events.ts';
import { endRetry } from './retrying.ts';

/** Paid, taken back or given up: no outcome of an attempt changes it any more. */
export function isDecided(invoice: InvoiceRow): boolean {
  return invoice.status !== 'draft' && invoice.status !== 'open';
}

/** Nobody is to pay it any more: it is decided, or its subscription has ended. What captures all the same goes back in full. */
export function isUnwanted({ sub }: SubscriptionWork, invoice: InvoiceRow): boolean {
  return isDecided(invoice) || terminalStatuses.includes(sub.status);
}

/** Takes an unpaid invoice back: its ledger entries are reversed and the credit balance it used returns. */
export function voidInvoice(work: SubscriptionWork, invoice: InvoiceRow, reason: string): void {
  if (isDecided(invoice)) return;
  if (invoice.status === 'open') {
    postLedger(work, 'invoice_voided', { invoiceId: invoice.id }, [
      { account: 'receivable', amountMinor: -invoice.totalMinor },
      { account: 'credit_balance', amountMinor: -invoice.creditUsedMinor },
      { account: 'revenue', amountMinor: invoice.subtotalMinor },
    ]);
  }
  work.sub.creditBalanceMinor += invoice.creditUsedMinor;
  invoice.status = 'void';
  invoice.voidedAt = businessNow(work);
  touchInvoice(work, invoice);
  for (const payment of paymentsOf(work, invoice)) closePayment(work, payment, reason);
}

/** The final action's end of an invoice: nobody expects the money any more, and the ledger says so. */
export function writeOffInvoice(work: SubscriptionWork, invoice: InvoiceRow): void {
  invoice.status = 'uncollectible';
  touchInvoice(work, invoice);
  postLedger(work, 'write_off', { invoiceId: invoice.id }, [
    { account: 'write_off', amountMinor: invoice.totalMinor },
    { account: 'receivable', amountMinor: -invoice.totalMinor },
  ]);
}

function closePayment(work: SubscriptionWork, payment: PaymentRow, reason: string): void {
  payment.retryAt = null;
  payment.dunningEndsAt = null;
  touch(work, 'payments', payment);
  if (payment.status === 'failed_permanent' || payment.capturedMinor > 0) return;
  if (payment.status === 'retrying') endRetry(work, payment, 'refused', reason);
  payment.status = 'failed_permanent';
  payment.lastError ??= reason;
  emitPaymentFailedPermanently(work, payment, null);
}

/**
 * An attempt has paid the invoice: nothing else is to collect it. What has not been sent is abandoned; what is under way can no
 * longer pay it, and goes back in full if it captures all the same.
 */
export function stopCollecting(work: SubscriptionWork, paid: { attempt: AttemptRow; payment: PaymentRow }): void {
  for (const other of work.open.attempts) {
    if (other.invoiceId !== paid.attempt.invoiceId || other.id === paid.attempt.id) continue;
    if (other.status === 'created' || other.status === 'not_sent')
      abandonAttempt(work, other, 'paid by another attempt');
    else if (undecided.includes(other.status)) {
      other.surplus = true;
      touch(work, 'attempts', other);
      if (other.status === 'requires_action') closeAction(work, other);
    }
  }
  for (const other of work.open.payments) {
    if (other.invoiceId === paid.payment.invoiceId && other.id !== paid.payment.id)
      closePayment(work, other, 'paid by another payment');
  }
}

export function paymentsOf(work: SubscriptionWork, invoice: InvoiceRow): PaymentRow[] {
  return work.open.payments.filter((payment) => payment.invoiceId === invoice.id);
}

const undecided: readonly AttemptStatus[] = [
  'created',
  'sent',
  'unknown',
  'requires_action',
  'not_sent',
  'needs_review',
];

/** The attempt that keeps the invoice from being collected otherwise. */
export function openAttemptOf(work: SubscriptionWork, invoice: InvoiceRow): AttemptRow | undefined {
  return work.open.attempts.find(({ invoiceId, status }) => invoiceId === invoice.id && undecided.includes(status));
}

/** Closed at the provider as soon as the workflow gets to it; only that frees the invoice. */
export function closeAction(work: SubscriptionWork, attempt: AttemptRow): void {
  attempt.expiresAt = businessNow(work);
  touch(work, 'attempts', attempt);
}

/**
 * Lets go of an invoice nobody shall pay any more. What has not been sent is abandoned; an unanswered authentication is closed
 * at the provider first; what is under way keeps the invoice open until its outcome is known.
 */
export function releaseInvoice(work: SubscriptionWork, invoice: InvoiceRow, reason: string): void {
  const attempt = openAttemptOf(work, invoice);
  if (attempt && (attempt.status === 'created' || attempt.status === 'not_sent')) abandonAttempt(work, attempt, reason);
  if (attempt?.status === 'requires_action') closeAction(work, attempt);
  if (!openAttemptOf(work, invoice)) voidInvoice(work, invoice, reason);
}

/** The charge a change waited for will not come; one that waits for the period's end goes on waiting. */
export function dropPaidChange({ sub }: SubscriptionWork): void {
  if (sub.pendingChange?.waitsFor === 'payment') sub.pendingChange = sub.pendingChange.scheduled ?? null;
}

/** An attempt nobody wants paid that has not reached its provider: it is not sent (again), and keeps no invoice open. */
export function giveUpAttempt(
  work: SubscriptionWork,
  { attempt, invoice }: { attempt: AttemptRow; invoice: InvoiceRow },
  reason: string,
): void {
  abandonAttempt(work, attempt, reason);
  releaseInvoice(work, invoice, reason);
}

export function abandonAttempt(work: SubscriptionWork, attempt: AttemptRow, reason: string): void {
  attempt.status = 'abandoned';
  attempt.message = reason;
  attempt.sendAt = null;
  attempt.resolveAt = null;
  attempt.settledAt = work.tx.now;
  touch(work, 'attempts', attempt);
}
