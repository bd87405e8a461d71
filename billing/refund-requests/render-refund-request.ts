import type { AskedRefundBody, RefundRequestBody } from '../../contracts/rest/refunds.ts';
import type { AskedRefundRow, RefundRequestRow } from '../../db/queries/refund-requests.ts';
import { toIso } from '../../domain/instant.ts';
import { shownStatus } from '../refunds/render-refund.ts';

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
    customer_message: row.customerMessage,
    refund_id: row.refundId,
    created_at: toIso(row.createdAt),
    decided_at: row.decidedAt === null ? null : toIso(row.decidedAt),
  };
}

export function renderAskedRefund(row: AskedRefundRow): AskedRefundBody {
  const { refundStatus: status, refundSettledAt: settledAt } = row;
  return {
    ...renderRefundRequest(row),
    refund:
      status === null
        ? null
        : { status: shownStatus[status], settled_at: settledAt === null ? null : toIso(settledAt) },
  };
}
