import type { ChargeOutcome } from '../../adapters/payments/port.ts';
import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import { followLadder } from './follow-ladder.ts';
import { finalizeInvoice } from './issue-invoice.ts';
import { dueStatus } from './past-due.ts';
import { emitPaymentFailedPermanently } from './payment-events.ts';
import { dropPaidChange, isDecided, voidInvoice } from './void-invoice.ts';

type Declined = Extract<ChargeOutcome, { kind: 'declined' }>;
type Charged = { attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow };

/** R41, R21: what a decline means depends on what was to be paid. */
export async function applyDecline(work: SubscriptionWork, charged: Charged, decline: Declined): Promise<void> {
  const { attempt, payment, invoice } = charged;
  const { sub } = work;
  attempt.status = 'declined';
  attempt.declineKind = decline.declineKind;
  attempt.code = decline.code;
  attempt.message = decline.message;
  attempt.settledAt = work.tx.now;
  attempt.leaseId = null;
  attempt.leaseUntil = null;
  if (isDecided(invoice)) return;
  payment.lastError = decline.code;
  payment.firstFailedAt ??= attempt.dueAt;
  sub.lastResult = `Declined ${formatMoney(attempt.amountMinor, attempt.currency)}: ${decline.code}`;
  if (terminalStatuses.includes(sub.status)) {
    voidInvoice(work, invoice, decline.code);
    return;
  }
  if (invoice.kind === 'proration') {
    refuseUpgrade(work, charged);
    return;
  }
  if (sub.status === 'incomplete' && sub.collection === 'normal') {
    if (!sub.allowIncomplete) {
      failFirstPayment(work, charged);
      return;
    }
    sub.collection = 'dunning';
    sub.incompleteExpiresAt = null;
  }
  finalizeInvoice(work, invoice);
  dueStatus(work, invoice);
  writeTimeline(work, 'payment_failed', { payment_id: payment.id, attempt: attempt.number, code: decline.code });
  await followLadder(work, charged, decline.declineKind);
}

/** Terminal, by R21: no workflow, and no conflict with a new create. */
function failFirstPayment(work: SubscriptionWork, { attempt, payment, invoice }: Charged): void {
  const { sub } = work;
  sub.status = 'payment_failed';
  sub.incompleteExpiresAt = null;
  for (const run of work.open.runs) {
    run.status = 'void';
    touch(work, 'runs', run);
  }
  payment.status = 'failed_permanent';
  voidInvoice(work, invoice, attempt.code ?? 'declined');
  writeTimeline(work, 'payment_failed', { payment_id: payment.id, attempt: attempt.number, code: attempt.code });
  if (sub.sequence > 0) {
    emit(work, 'subscriptions.updated', () => ({
      subscription: subscriptionSnapshot(sub),
      changes: ['status'],
      reason: 'payment_failed',
    }));
    emitPaymentFailedPermanently(work, payment, attempt);
  }
}

function refuseUpgrade(work: SubscriptionWork, { attempt, payment, invoice }: Charged): void {
  dropPaidChange(work);
  payment.status = 'failed_permanent';
  voidInvoice(work, invoice, attempt.code ?? 'declined');
  emitPaymentFailedPermanently(work, payment, attempt);
  writeTimeline(work, 'change_refused', { payment_id: payment.id, code: attempt.code });
}
