import type { OrderRow, Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { type RefundRow, renderRefund } from './render-order.ts';

const eventTypes = {
  COMPLETED: 'PAYMENT.CAPTURE.REFUNDED',
  PENDING: 'PAYMENT.REFUND.PENDING',
  FAILED: 'PAYMENT.REFUND.FAILED',
} as const;

export function recordRefundEvent(paypal: Paypal, order: OrderRow, refund: RefundRow, baseUrl: string): void {
  const resource = { ...renderRefund(order, refund, baseUrl), payee: { merchant_id: order.account } };
  const type = eventTypes[refund.status];
  recordEvent(paypal, { account: order.account, type, resourceType: 'refund', resource });
}

/** Refunds under review whose time has come are completed or, if so scripted, failed: those give their amount back. */
export function settlePendingRefunds(paypal: Paypal, baseUrl: string): void {
  const { sandbox } = paypal;
  const due = sandbox.sql.all`SELECT * FROM paypal_refunds WHERE decide_at <= ${Date.now()} LIMIT 100`;
  for (const row of due as unknown as (RefundRow & { fails: number })[]) {
    const status = row.fails ? 'FAILED' : 'COMPLETED';
    sandbox.transaction(() => {
      sandbox.sql.run`UPDATE paypal_refunds SET status = ${status}, decide_at = NULL WHERE id = ${row.id}`;
      if (row.fails) {
        sandbox.sql.run`UPDATE paypal_orders SET refunded = refunded - ${row.hundredths} WHERE id = ${row.order_id}`;
      }
      const order = sandbox.sql.get`SELECT * FROM paypal_orders WHERE id = ${row.order_id}` as unknown as OrderRow;
      recordRefundEvent(paypal, order, { ...row, status }, baseUrl);
    });
  }
}
