import type { PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import { findPayment, lockPayment } from '../../db/queries/payments.ts';
import { listRefundable, type Refundable } from '../../db/queries/refunds.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentId, RefundId } from '../../domain/ids.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import type { Caller, OwedIntent } from '../context.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { reserveRefund } from './reserve-refund.ts';

export interface RefundInput {
  /** Null: all that is left. */
  amountMinor: number | null;
  reason: string | null;
  /** What the customer reads on the credit note. */
  note: string | null;
}

/** R42: in one transaction under the lock of the payment's owner. Refused before anything is reserved. */
export async function reserveOnPayment(
  tx: TenantTransaction,
  caller: Caller,
  paymentId: PaymentId,
  input: RefundInput & { id: RefundId },
): Promise<{ refund: RefundRow; intents: OwedIntent[] }> {
  const known = await findPayment(tx, paymentId);
  if (!known) throw new DomainError('not_found', 'unknown payment');
  const work = await loadWorkOf(tx, refOfPayment(known), caller);
  const locked = await lockPayment(tx, paymentId);
  const payment = work.open.payments.find(({ id }) => id === paymentId) ?? locked;
  refuseUnrefundable(payment);
  const captures = await listRefundable(tx, paymentId);
  const { attempt, amountMinor } = chooseCapture(payment, captures, input.amountMinor);
  const reason = input.reason ?? 'requested_by_merchant';
  const refund = reserveRefund(work, { payment, attempt }, { amountMinor, reason, note: input.note, id: input.id });
  return { refund, intents: (await settle(work, 'command')).intents };
}

export function refuseUnrefundable(payment: PaymentRow): void {
  if (payment.capturedMinor === 0)
    throw new DomainError('payment_not_collected', 'This payment has collected nothing that could go back.');
  if (payment.status === 'disputed' || payment.disputedMinor > 0)
    throw new DomainError(
      'payment_disputed',
      'The customer disputes this payment: the dispute decides what goes back.',
    );
}

/** What a payment can give back: neither reserved by refunds nor by disputes. */
export function leftOf(payment: PaymentRow): number {
  return payment.capturedMinor - payment.refundedMinor - payment.disputedMinor;
}

/** One refund gives back one capture; of several, the one with the most left. */
function chooseCapture(
  payment: PaymentRow,
  captures: readonly Refundable[],
  wantedMinor: number | null,
): { attempt: Refundable; amountMinor: number } {
  const [attempt] = captures;
  const availableMinor = Math.min(leftOf(payment), attempt?.leftMinor ?? 0);
  const amountMinor = wantedMinor ?? availableMinor;
  if (!attempt || amountMinor < 1 || amountMinor > availableMinor) throw exceeds(availableMinor, payment.currency);
  return { attempt, amountMinor };
}

export function exceeds(availableMinor: number, currency: string): DomainError {
  const message = `At least 1 and at most ${formatMoney(availableMinor, currency)} of this payment can go back.`;
  return new DomainError('refund_exceeds_captured', message, { field: 'amount', available: availableMinor });
}
