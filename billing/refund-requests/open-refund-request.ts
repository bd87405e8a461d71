import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { findPayment, lockPayment } from '../../db/queries/payments.ts';
import { insertRefundRequest, type RefundRequestRow } from '../../db/queries/refund-requests.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { exceeds, leftOf, refuseUnrefundable } from '../refunds/reserve-on-payment.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { emit, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { renderRefundRequest } from './render-refund-request.ts';

/** A customer asks for money back. Nothing is reserved: a person decides, and may find less left by then. */
export function openRefundRequest(
  context: BillingContext,
  call: Call,
  paymentId: PaymentId,
  input: { amountMinor: number | null; reason: string },
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const row = await request(tx, call, paymentId, input);
    return { status: 201, body: renderRefundRequest(row) };
  });
}

async function request(
  tx: TenantTransaction,
  call: Call,
  paymentId: PaymentId,
  input: { amountMinor: number | null; reason: string },
): Promise<RefundRequestRow> {
  const known = await findPayment(tx, paymentId);
  if (!known) throw new DomainError('not_found', 'unknown payment');
  const work = await loadWorkOf(tx, refOfPayment(known), call.caller);
  const payment = await lockPayment(tx, paymentId);
  refuseUnrefundable(payment);
  const amountMinor = input.amountMinor ?? leftOf(payment);
  if (amountMinor < 1 || amountMinor > leftOf(payment)) throw exceeds(leftOf(payment), payment.currency);
  const row: RefundRequestRow = {
    ...{ tenantId: tx.tenantId, id: newId('refundRequest'), paymentId, customerId: payment.customerId },
    ...{ status: 'open', amountMinor, currency: payment.currency, reason: input.reason },
    ...{ decidedBy: null, decisionNote: null, customerMessage: null, refundId: null },
    ...{ createdAt: tx.now, decidedAt: null },
  };
  if (!(await insertRefundRequest(tx, row)))
    throw new DomainError('refund_request_open', 'A refund of this payment is asked for already and not decided yet.');
  noteRequest(work, row, 'opened');
  await settle(work, 'command');
  return row;
}

/** Where people learn of it: timeline, audit, and a notification. */
export function noteRequest(
  work: SubscriptionWork,
  row: RefundRequestRow,
  what: 'opened' | 'approved' | 'declined',
): void {
  const details = { refund_request_id: row.id, payment_id: row.paymentId, amount: row.amountMinor };
  writeTimeline(work, `refund_request_${what}`, details);
  writeAudit(work, `refund_request.${what}`, row.id, { payment_id: row.paymentId, amount: row.amountMinor });
  emit(work, 'notifications.requested', () => ({
    kind: `refund_request_${what}`,
    details: { ...details, customer_id: row.customerId, currency: row.currency, refund_id: row.refundId },
  }));
}
