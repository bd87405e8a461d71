import type { OrderRow, Paypal } from './paypal.ts';
import { renderMoney } from './wire.ts';

export interface RefundRow {
  id: string;
  account: string;
  order_id: string;
  custom_id: string | null;
  invoice_id: string | null;
  hundredths: number;
  currency: string;
  status: 'COMPLETED' | 'PENDING' | 'FAILED';
  created_at: number;
}

const instant = (ms: number): string => new Date(ms).toISOString();
const link = (rel: string, href: string, method = 'GET'): object => ({ rel, href, method });
const ids = ({ custom_id, invoice_id }: { custom_id: string | null; invoice_id: string | null }): object => ({
  ...(custom_id === null ? {} : { custom_id }),
  ...(invoice_id === null ? {} : { invoice_id }),
});

export function renderOrder({ sandbox }: Paypal, order: OrderRow, baseUrl: string): object {
  const refunds = sandbox.sql
    .all`SELECT * FROM paypal_refunds WHERE order_id = ${order.id} ORDER BY seq` as unknown as RefundRow[];
  const captures = order.capture_id === null ? [] : [renderCapture(order, baseUrl)];
  const self = `${baseUrl}/v2/checkout/orders/${order.id}`;
  const links = [link('self', self)];
  if (order.status === 'PAYER_ACTION_REQUIRED') {
    links.push(link('payer-action', `${baseUrl}/checkoutnow?token=${order.id}`));
  }
  if (order.status === 'APPROVED') links.push(link('capture', `${self}/capture`, 'POST'));
  const payments = { captures, refunds: refunds.map((refund) => renderRefund(order, refund, baseUrl)) };
  const unit = {
    reference_id: 'default',
    amount: renderMoney(order),
    payee: { merchant_id: order.account },
    ...ids(order),
    ...(order.description === '' ? {} : { description: order.description }),
    ...(order.capture_id === null ? {} : { payments }),
  };
  return {
    id: order.id,
    intent: order.intent,
    status: order.status,
    create_time: instant(order.created_at),
    purchase_units: [unit],
    links,
  };
}

function renderCapture(order: OrderRow, baseUrl: string): object {
  const self = `${baseUrl}/v2/payments/captures/${order.capture_id}`;
  return {
    id: order.capture_id,
    status: captureStatus(order),
    ...(order.capture_status === 'PENDING' ? { status_details: { reason: 'PENDING_REVIEW' } } : {}),
    amount: renderMoney(order),
    final_capture: true,
    ...ids(order),
    ...(order.response_code === null ? {} : { processor_response: { response_code: order.response_code } }),
    create_time: instant(order.captured_at ?? order.created_at),
    links: [link('self', self), link('refund', `${self}/refund`, 'POST')],
  };
}

function captureStatus(order: OrderRow): string | null {
  if (order.capture_status !== 'COMPLETED' || order.refunded === 0) return order.capture_status;
  return order.refunded === order.hundredths ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

/** A capture by itself also says whose it is and which order it came from. */
export function renderSoleCapture(order: OrderRow, baseUrl: string): object {
  const related_ids = { order_id: order.id };
  return {
    ...renderCapture(order, baseUrl),
    payee: { merchant_id: order.account },
    supplementary_data: { related_ids },
  };
}

export function renderRefund(order: OrderRow, refund: RefundRow, baseUrl: string): object {
  return {
    id: refund.id,
    status: refund.status,
    amount: renderMoney(refund),
    ...ids(refund),
    create_time: instant(refund.created_at),
    links: [
      link('self', `${baseUrl}/v2/payments/refunds/${refund.id}`),
      link('up', `${baseUrl}/v2/payments/captures/${order.capture_id}`),
    ],
  };
}
