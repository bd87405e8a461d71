import type { PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import { sumOtherRefunds } from '../../db/queries/refunds.ts';
import { bookReservation, emitDisputed, loadDisputed } from '../disputes/book-reservation.ts';
import { type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';

/**
 * What a payment's refunds come to once one of them has changed, in memory: what they reserve, what has gone back, and what of its
 * disputes finds room beside them. Every outcome of a refund ends with this.
 */
export async function reckonPayment(
  work: SubscriptionWork,
  { refund, payment }: { refund: RefundRow; payment: PaymentRow },
): Promise<void> {
  const { tx } = work;
  const [others, disputed] = await Promise.all([sumOtherRefunds(tx, refund), loadDisputed(tx, payment)]);
  const ofThis = (counts: boolean) => (counts ? refund.amountMinor : 0);
  payment.refundedMinor = others.reservedMinor + ofThis(refund.status !== 'rejected');
  disputed.booked.givenBackMinor = others.doneMinor + ofThis(refund.status === 'succeeded');
  touch(work, 'payments', payment);
  const beforeMinor = payment.disputedMinor;
  bookReservation(work, disputed, 'dispute_reserved');
  if (payment.disputedMinor === beforeMinor) return;
  const details = { payment_id: payment.id, refund_id: refund.id, reserved: payment.disputedMinor };
  writeTimeline(work, 'dispute_reserved', details);
  for (const dispute of disputed.disputes) if (dispute.status !== 'won') emitDisputed(work, payment, dispute);
}
