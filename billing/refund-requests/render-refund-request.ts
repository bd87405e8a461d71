import type { RefundRequestBody } from '../../contracts/rest/refunds.ts';
import type { RefundRequestRow } from '../../db/queries/refund-requests.ts';
import { toIso } from '../../domain/instant.ts';

export function renderRefundRequest(row: RefundRequestRow): RefundRequestBody {
  return {
    refund_request_id: row.id,
    payment_id: row.paymentId,
    customer_id: row.customerId,
    status: row.status,
    amount: row.amountMinor,
    currency: row.currency,
    reason: row.reason,
    decision_note: row.decisionNote,
    refund_id: row.refundId,
    created_at: toIso(row.createdAt),
    decided_at: row.decidedAt === null ? null : toIso(row.decidedAt),
  };
}
