import type { RefundOutcome } from '../../adapters/payments/port.ts';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import {
  emit,
  postLedger,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { writeCreditNote } from './credit-note.ts';
import { reckonPayment } from './reckon-payment.ts';
import type { CarriedRefund } from './refund-step.ts';

/** An outcome, or what is known when there is none. */
export type RefundResult =
  | RefundOutcome
  | { kind: 'unknown'; message: string }
  /** The provider knows of none, and the key's window is over: sending again could pay twice. */
  | { kind: 'not_to_be_found' }
  | { kind: 'not_ours'; message: string };

const retryDelaysMs = [5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS];

/** Applies what a provider said of one refund, whoever asked it. The second finder changes nothing. */
export async function applyRefundOutcome(
  work: SubscriptionWork,
  carried: CarriedRefund,
  result: RefundResult,
): Promise<void> {
  const { refund, payment, carrier } = carried;
  if (refund.status === 'succeeded' || refund.status === 'rejected') return;
  touch(work, 'refunds', refund);
  refund.leaseId = null;
  refund.leaseUntil = null;
  refund.resolveAt = work.tx.now + delayAfter(refund.resolveCount);
  switch (result.kind) {
    case 'unknown':
      refund.status = 'unknown';
      refund.message = result.message;
      return;
    case 'not_to_be_found':
      return giveToPerson(work, refund, 'the provider knows of no such refund, and its key may not be sent again');
    case 'not_ours':
      return giveToPerson(work, refund, result.message);
    case 'pending':
      refund.status = 'pending';
      refund.providerRefundId = result.providerRefundId;
      return;
    case 'rejected':
      refund.status = 'rejected';
      refund.message = result.message;
      refund.settledAt = work.tx.now;
      carrier.lastResult = `Rejected: ${result.message}`;
      await reckonPayment(work, carried);
      writeTimeline(work, 'refund_rejected', {
        ...{ payment_id: payment.id, refund_id: refund.id, amount: refund.amountMinor, code: result.code },
      });
      return;
    case 'succeeded':
      refund.status = 'succeeded';
      refund.message = null;
      refund.providerRefundId = result.providerRefundId;
      refund.settledAt = work.tx.now;
      carrier.lastResult = `Refunded ${formatMoney(refund.amountMinor, refund.currency)}`;
      await complete(work, carried);
      return;
    default:
      assertNever(result);
  }
}

function delayAfter(tries: number): number {
  return retryDelaysMs[Math.min(Math.max(tries, 1), retryDelaysMs.length) - 1] ?? HOUR_MS;
}

/** Its amount stays reserved: nobody knows whether it was paid. */
function giveToPerson(work: SubscriptionWork, refund: RefundRow, message: string): void {
  refund.status = 'needs_review';
  refund.message = message;
  refund.resolveAt = null;
  writeTimeline(work, 'needs_review', { refund_id: refund.id });
}

async function complete(work: SubscriptionWork, carried: CarriedRefund): Promise<void> {
  const { refund, payment } = carried;
  await reckonPayment(work, carried);
  postLedger(work, 'refund', { invoiceId: payment.invoiceId, paymentId: payment.id }, [
    { account: 'refunds', amountMinor: refund.amountMinor },
    { account: 'provider_clearing', amountMinor: -refund.amountMinor },
  ]);
  await writeCreditNote(work, carried);
  work.sub.lastResult = carried.carrier.lastResult;
  writeTimeline(work, 'refunded', { payment_id: payment.id, refund_id: refund.id, amount: refund.amountMinor });
  emit(work, 'payments.refunded', () => ({
    ...{ payment: paymentSnapshot(payment), refund_id: refund.id, amount: refund.amountMinor },
  }));
}
