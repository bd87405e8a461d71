import { newId } from '../../db/new-id.ts';
import type { AttemptRow, PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import type { RefundId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import {
  addApart,
  type SubscriptionWork,
  touch,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';

/**
 * R42. The amount is the refund's from this commit on: Σ of what is reserved, disputes included, never exceeds what was captured.
 * A workflow of its own carries it out, whatever becomes of the subscription.
 */
export function reserveRefund(
  work: SubscriptionWork,
  of: { payment: PaymentRow; attempt: AttemptRow },
  wanted: { amountMinor: number; reason: string; note: string | null; id?: RefundId },
): RefundRow {
  const { payment, attempt } = of;
  const { amountMinor, reason, note, id = newId('refund') } = wanted;
  payment.refundedMinor += amountMinor;
  const isWithin = payment.refundedMinor + payment.disputedMinor <= payment.capturedMinor;
  invariant(amountMinor > 0 && isWithin, `payment ${payment.id} gives back what it captured at most`);
  touch(work, 'payments', payment);
  const { now } = work.tx;
  const refund = addApart(work, 'refunds', {
    ...{ tenantId: payment.tenantId, id, paymentId: payment.id, attemptId: attempt.id },
    ...{ subscriptionId: payment.subscriptionId, status: 'requested', reason, amountMinor, currency: attempt.currency },
    ...{ leaseId: null, leaseUntil: null, resolveAt: null, resolveCount: 0, firstSentAt: null, providerRefundId: null },
    ...{ message: null, requestedBy: work.caller.actor, note, createdAt: now, settledAt: null },
  });
  addApart(work, 'carriers', {
    ...{ tenantId: refund.tenantId, id: refund.id, kind: 'refund', paymentId: null, refundId: refund.id },
    ...{ customerId: payment.customerId, nextKind: 'send_refund', nextAt: now, wakeAt: now, sleepingUntil: null },
    ...{ fruitlessTries: 0, parkedAt: null, parked: null, hasOpenWork: true, lastResult: '', version: 1, sequence: 0 },
    ...{ createdAt: now, updatedAt: now },
  });
  const details = { payment_id: payment.id, amount: amountMinor, reason };
  writeTimeline(work, 'refund_requested', { refund_id: refund.id, ...details });
  writeAudit(work, 'refund.requested', refund.id, details);
  return refund;
}
