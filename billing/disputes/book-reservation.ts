import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import { type DisputeRow, listDisputesOf, readDisputeMoney } from '../../db/queries/disputes.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { reservationOf } from '../../domain/payments/dispute.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import { emit, postLedger, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';

/** A payment under the lock of its owner, with all its disputes. */
export interface Disputed {
  payment: PaymentRow;
  disputes: DisputeRow[];
  /** As the ledger and the refunds will have it at the end of the transaction. */
  booked: Awaited<ReturnType<typeof readDisputeMoney>>;
}

export async function loadDisputed(tx: TenantTransaction, payment: PaymentRow): Promise<Disputed> {
  const [disputes, booked] = await Promise.all([listDisputesOf(tx, payment.id), readDisputeMoney(tx, payment)]);
  return { payment, disputes, booked };
}

/**
 * What disputes reserve of a payment, in the row and in the ledger, and the payment's status. Whoever changes a dispute, or what
 * refunds have taken, ends with this: what does not go back by a refund after all is what the bank has taken.
 */
export function bookReservation(work: SubscriptionWork, { payment, disputes, booked }: Disputed, kind: string): void {
  const { heldMinor, lostMinor } = reservationOf(disputes, payment);
  const [held, lost] = [heldMinor - booked.heldMinor, lostMinor - booked.lostMinor];
  postLedger(work, kind, { invoiceId: payment.invoiceId, paymentId: payment.id }, [
    { account: 'disputes', amountMinor: held },
    { account: 'dispute_losses', amountMinor: lost },
    { account: 'provider_clearing', amountMinor: -(held + lost) },
  ]);
  booked.heldMinor = heldMinor;
  booked.lostMinor = lostMinor;
  payment.disputedMinor = heldMinor + lostMinor;
  payment.status = statusOf(payment, disputes, booked.givenBackMinor);
  touch(work, 'payments', payment);
}

function statusOf(payment: PaymentRow, disputes: readonly DisputeRow[], givenBackMinor: number): PaymentRow['status'] {
  if (payment.capturedMinor === 0) return payment.status;
  if (disputes.some(({ status }) => status !== 'won')) return 'disputed';
  if (givenBackMinor === 0) return 'completed';
  return givenBackMinor >= payment.capturedMinor ? 'refunded' : 'partially_refunded';
}

export function emitDisputed(work: SubscriptionWork, payment: PaymentRow, dispute: DisputeRow): void {
  const { id, status, amountMinor: amount, reason } = dispute;
  emit(work, 'payments.disputed', () => ({
    payment: paymentSnapshot(payment),
    ...{ dispute_id: id, status, amount, reserved: payment.disputedMinor, reason },
  }));
}
