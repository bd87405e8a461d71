import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { sumOtherRefunds } from '../../db/queries/refunds.ts';
import { isReserving } from '../../domain/refunds/next-of-refund.ts';
import { bookReservation, type Disputed, emitDisputed, loadDisputed } from '../disputes/book-reservation.ts';
import { type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import type { CarriedRefund } from './refund-step.ts';

/**
 * What a payment's refunds come to once one of them has changed, in memory: what they reserve, what has gone back, and what of its
 * disputes finds room beside them. Every outcome of a refund ends with this. Answers by how much more goes back than was captured,
 * as where one that was given up went through after all: the row stays within what was captured, refunds and ledger say all of it.
 */
export async function reckonPayment(
  work: SubscriptionWork,
  { refund, payment, attempt }: Pick<CarriedRefund, 'refund' | 'payment' | 'attempt'>,
): Promise<number> {
  const { tx } = work;
  const [others, disputed] = await Promise.all([sumOtherRefunds(tx, refund), loadDisputed(tx, payment)]);
  const ofThis = (counts: boolean) => (counts ? refund.amountMinor : 0);
  const ownMinor = ofThis(isReserving(refund.status));
  const reservedMinor = others.reservedMinor + ownMinor;
  payment.refundedMinor = Math.min(payment.capturedMinor, reservedMinor);
  disputed.booked.givenBackMinor = others.doneMinor + ofThis(refund.status === 'succeeded');
  touch(work, 'payments', payment);
  const beforeMinor = payment.disputedMinor;
  bookReservation(work, disputed, 'dispute_reserved');
  if (payment.disputedMinor !== beforeMinor) tellDisputed(work, refund, disputed);
  const { capturedMinor } = payment;
  const beyondCaptureMinor = others.reservedOfCaptureMinor + ownMinor - attempt.amountMinor;
  return Math.max(0, reservedMinor - capturedMinor, beyondCaptureMinor);
}

function tellDisputed(work: SubscriptionWork, refund: RefundRow, { payment, disputes }: Disputed): void {
  const details = { payment_id: payment.id, refund_id: refund.id, reserved: payment.disputedMinor };
  writeTimeline(work, 'dispute_reserved', details);
  for (const dispute of disputes) if (dispute.status !== 'won') emitDisputed(work, payment, dispute);
}
