import { z } from 'zod';
import { type Reply, read } from '../server/wire.ts';
import { findByCapture, findOrder } from './decide-order.ts';
import { newPaypalId, type OrderRow, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { type RefundRow, renderRefund } from './render-order.ts';
import { claimRequestId } from './request-ids.ts';
import { checkMoney, money, notFound, type PaypalRequest, unprocessable } from './wire.ts';

const id = z.string().min(1).max(255).optional();
const refundBody = z.object({ amount: money, custom_id: id, invoice_id: id, note_to_payer: id });

/** `POST /v2/payments/captures/{id}/refund`; a refused refund leaves nothing behind. */
export function refundCapture(paypal: Paypal, request: PaypalRequest): Reply {
  const { sandbox } = paypal;
  const body = read(refundBody, request.body);
  const { amount, custom_id = null, invoice_id = null } = body;
  const parts = [request.params[0] ?? '', amount.currency, amount.hundredths, custom_id ?? ''];
  const claim = claimRequestId(paypal, request, { kind: 'refund', parts });
  if ('kind' in claim) return claim;
  const order = findByCapture(paypal, request);
  if (order === undefined) return notFound();
  const refused = checkMoney(amount) ?? refuseRefund(order, amount);
  if (refused !== null) return refused;
  const now = sandbox.now();
  const refund: RefundRow = {
    ...{ id: newPaypalId(), account: order.account, order_id: order.id, custom_id, invoice_id },
    ...{ hundredths: amount.hundredths, currency: amount.currency, created_at: now },
  };
  const answer = renderRefund(order, refund, request.baseUrl);
  sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO paypal_refunds (id, account, order_id, custom_id, invoice_id, hundredths, currency, created_at)
      VALUES (${refund.id}, ${refund.account}, ${order.id}, ${custom_id}, ${invoice_id}, ${refund.hundredths},
        ${refund.currency}, ${now})`;
    sandbox.sql.run`UPDATE paypal_orders SET refunded = refunded + ${refund.hundredths} WHERE id = ${order.id}`;
    sandbox.keys.remember(claim, { status: 201, body: answer }, now);
    const resource = { ...answer, payee: { merchant_id: order.account } };
    recordEvent(paypal, { account: order.account, type: 'PAYMENT.CAPTURE.REFUNDED', resourceType: 'refund', resource });
  });
  sandbox.wake();
  return { kind: 'answer', status: 201, body: answer };
}

function refuseRefund(order: OrderRow, amount: { currency: string; hundredths: number }): Reply | null {
  if (order.capture_status !== 'COMPLETED') return unprocessable('PENDING_CAPTURE');
  if (order.currency !== amount.currency) return unprocessable('REFUND_CURRENCY_MISMATCH');
  if (order.refunded === order.hundredths) return unprocessable('CAPTURE_FULLY_REFUNDED');
  return order.refunded + amount.hundredths > order.hundredths ? unprocessable('REFUND_AMOUNT_EXCEEDED') : null;
}

export function getRefund(paypal: Paypal, request: PaypalRequest): Reply {
  const { account, params, baseUrl } = request;
  const refund = paypal.sandbox.sql
    .get`SELECT * FROM paypal_refunds WHERE id = ${params[0] ?? ''} AND account = ${account}` as RefundRow | undefined;
  const order = refund === undefined ? undefined : findOrder(paypal, refund.order_id);
  if (refund === undefined || order === undefined) return notFound();
  return { kind: 'answer', status: 200, body: renderRefund(order, refund, baseUrl) };
}
