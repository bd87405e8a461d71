import type { RefundBody, RefundInListBody } from '../../contracts/rest/refunds.ts';
import type { RefundInList, RefundWithNote } from '../../db/queries/refunds.ts';
import { toIso } from '../../domain/instant.ts';
import { openRefundStatuses, type RefundStatus } from '../../domain/refunds/next-of-refund.ts';

/** What is under way at the provider, in whichever way, is pending to whoever reads it. */
export const shownStatus: Record<RefundStatus, RefundBody['status']> = {
  requested: 'pending',
  sent: 'pending',
  unknown: 'pending',
  pending: 'pending',
  needs_review: 'needs_review',
  succeeded: 'succeeded',
  rejected: 'rejected',
  failed: 'failed',
};

/** What is asked for by the name it is shown by. */
export function statusesShownAs(shown: RefundBody['status']): RefundStatus[] {
  return (Object.keys(shownStatus) as RefundStatus[]).filter((status) => shownStatus[status] === shown);
}

export function renderRefundInList(refund: RefundInList): RefundInListBody {
  const { customerId, provider, providerRefundId, requestedBy } = refund;
  return {
    ...renderRefund(refund),
    ...{ customer_id: customerId, provider, provider_refund_id: providerRefundId, requested_by: requestedBy },
    needs_repair: refund.status === 'needs_review' || (refund.isParked && openRefundStatuses.includes(refund.status)),
  };
}

export function renderRefund(refund: RefundWithNote): RefundBody {
  return {
    refund_id: refund.id,
    payment_id: refund.paymentId,
    subscription_id: refund.subscriptionId,
    status: shownStatus[refund.status],
    amount: refund.amountMinor,
    currency: refund.currency,
    reason: refund.reason,
    note: refund.note,
    message: refund.message,
    credit_note_id: refund.creditNoteId,
    created_at: toIso(refund.createdAt),
    settled_at: refund.settledAt === null ? null : toIso(refund.settledAt),
  };
}
