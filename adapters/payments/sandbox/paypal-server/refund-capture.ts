import { z } from 'zod';
import type { RefundBehaviour } from '../refund-behaviour.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import { type Reply, read } from '../server/wire.ts';
import { findPaymentToken } from './create-order.ts';
import { findByCapture, findOrder } from './decide-order.ts';
import { refundIssueAtPaypal } from './declines.ts';
import { isDisputed } from './dispute-order.ts';
import { newPaypalId, type OrderRow, type Paypal } from './paypal.ts';
import { type RefundRow, renderRefund } from './render-order.ts';
import { claimRequestId } from './request-ids.ts';
import { behave } from './run-behaviour.ts';
import { recordRefundEvent } from './settle-refunds.ts';
import { type Answer, checkMoney, money, notFound, type PaypalRequest, unprocessable } from './wire.ts';

const id = z.string().min(1).max(255).optional();
const refundBody = z.object({ amount: money, custom_id: id, invoice_id: id, note_to_payer: id });

interface RefundCall {
  paypal: Paypal;
  request: PaypalRequest;
  body: z.output<typeof refundBody>;
  claim: KeyClaim;
  behaviour: RefundBehaviour;
}

/** `POST /v2/payments/captures/{id}/refund`; a refused refund leaves nothing behind. */
export async function refundCapture(paypal: Paypal, request: PaypalRequest): Promise<Reply> {
  const { account } = request;
  const body = read(refundBody, request.body);
  const { amount, custom_id } = body;
  const parts = [request.params[0] ?? '', amount.currency, amount.hundredths, custom_id ?? ''];
  const claim = claimRequestId(paypal, request, { kind: 'refund', parts });
  if ('kind' in claim) return claim;
  const order = findByCapture(paypal, request);
  if (order === undefined) return notFound();
  const refused = checkMoney(amount) ?? refuseRefund(paypal, order, amount);
  if (refused !== null) return refused;
  const token = findPaymentToken(paypal, account, order.token_id)?.token ?? '';
  const target = { account, token, methodId: order.token_id };
  const behaviour = paypal.sandbox.scripts.takeRefund(target) ?? { kind: 'ok' };
  if (behaviour.kind === 'reject') return unprocessable(refundIssueAtPaypal(behaviour.code));
  const call: RefundCall = { paypal, request, body, claim, behaviour };
  return behave({ paypal, account, claim, behaviour, record: (answerInstead) => recordRefund(call, answerInstead) });
}

/** A refund under review is taken off the capture at once. */
function recordRefund({ paypal, request, body, claim, behaviour }: RefundCall, answerInstead: Answer | null): Reply {
  const { sandbox } = paypal;
  const { amount, custom_id = null, invoice_id = null } = body;
  // Another refund may have been made since this call began.
  const order = findByCapture(paypal, request);
  const refused = order === undefined ? notFound() : refuseRefund(paypal, order, amount);
  if (order === undefined || refused !== null) return refused ?? notFound();
  const now = sandbox.now();
  const waits = behaviour.kind === 'pending';
  const refund: RefundRow = {
    ...{ id: newPaypalId(), account: order.account, order_id: order.id, custom_id, invoice_id },
    ...{ hundredths: amount.hundredths, currency: amount.currency, created_at: now },
    status: waits ? 'PENDING' : 'COMPLETED',
  };
  const [decideAt, fails] = waits ? [Date.now() + behaviour.delayMs, behaviour.failsAs === null ? 0 : 1] : [null, 0];
  const reply: Answer = answerInstead ?? {
    ...{ kind: 'answer', status: 201 },
    body: renderRefund(order, refund, request.baseUrl),
  };
  sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO paypal_refunds (id, account, order_id, custom_id, invoice_id, hundredths, currency, status,
        decide_at, fails, created_at)
      VALUES (${refund.id}, ${refund.account}, ${order.id}, ${custom_id}, ${invoice_id}, ${refund.hundredths},
        ${refund.currency}, ${refund.status}, ${decideAt}, ${fails}, ${now})`;
    sandbox.sql.run`UPDATE paypal_orders SET refunded = refunded + ${refund.hundredths} WHERE id = ${order.id}`;
    sandbox.keys.remember(claim, reply, now);
    recordRefundEvent(paypal, order, refund, request.baseUrl);
  });
  sandbox.wake();
  return reply;
}

function refuseRefund(paypal: Paypal, order: OrderRow, amount: { currency: string; hundredths: number }): Reply | null {
  if (order.capture_status !== 'COMPLETED') return unprocessable('PENDING_CAPTURE');
  if (order.currency !== amount.currency) return unprocessable('REFUND_CURRENCY_MISMATCH');
  if (isDisputed(paypal, order)) return unprocessable('CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED');
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
