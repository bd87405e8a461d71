import type { RefundBody } from '../../contracts/rest/refunds.ts';
import type { RefundWithNote } from '../../db/queries/refunds.ts';
import { toIso } from '../../domain/instant.ts';
import type { RefundStatus } from '../../domain/refunds/next-of-refund.ts';

/** What is under way at the provider, in whichever way, is pending to whoever reads it. */
const shownStatus: Record<RefundStatus, RefundBody['status']> = {
  requested: 'pending',
  sent: 'pending',
  unknown: 'pending',
  pending: 'pending',
  needs_review: 'needs_review',
  succeeded: 'succeeded',
  rejected: 'rejected',
};

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
