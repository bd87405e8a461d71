import { z } from 'zod';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import { type Reply, read } from '../server/wire.ts';
import { recordCaptureEvent, refuseDuplicate } from './create-order.ts';
import { declineAtPaypal } from './declines.ts';
import { newPaypalId, type OrderRow, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { renderOrder, renderSoleCapture } from './render-order.ts';
import { claimRequestId } from './request-ids.ts';
import { behave } from './run-behaviour.ts';
import { type Answer, foreign, notFound, type PaypalRequest, unprocessable } from './wire.ts';

/** An order nobody paid is gone after this. */
const openOrderLifeMs = 3 * 3_600_000;

export function findOrder({ sandbox }: Paypal, id: string): OrderRow | undefined {
  const order = sandbox.sql.get`SELECT * FROM paypal_orders WHERE id = ${id}` as OrderRow | undefined;
  const isGone = order?.capture_id === null && order.created_at + openOrderLifeMs <= sandbox.now();
  return isGone ? undefined : order;
}

/** The order if it is the account's own, else why it is not shown. */
function ownOrder(paypal: Paypal, { account, params }: PaypalRequest): OrderRow | Reply {
  const order = findOrder(paypal, params[0] ?? '');
  if (order === undefined) return notFound();
  return order.account === account ? order : foreign();
}

export function getOrder(paypal: Paypal, request: PaypalRequest): Reply {
  const order = ownOrder(paypal, request);
  if ('kind' in order) return order;
  return { kind: 'answer', status: 200, body: renderOrder(paypal, order, request.baseUrl) };
}

/** `POST /v2/checkout/orders/{id}/capture`: only what the payer approved. A script's next line may be about it. */
export async function captureOrder(paypal: Paypal, request: PaypalRequest): Promise<Reply> {
  const order = ownOrder(paypal, request);
  if ('kind' in order) return order;
  const claim = claimRequestId(paypal, request, { kind: 'capture', parts: [order.id] });
  if ('kind' in claim) return claim;
  if (order.intent !== 'CAPTURE') return unprocessable('ACTION_DOES_NOT_MATCH_INTENT');
  if (order.capture_id !== null) return unprocessable('ORDER_ALREADY_CAPTURED');
  if (order.status !== 'APPROVED') return unprocessable('ORDER_NOT_APPROVED');
  const refused = refuseDuplicate(paypal, order);
  if (refused !== null) return refused;
  const { account, token_id: methodId } = order;
  const behaviour = paypal.sandbox.scripts.take({ account, token: '', methodId }) ?? { kind: 'ok' };
  // A declined capture leaves the order approved and its request id free: the merchant may try again.
  if (behaviour.kind === 'decline') return unprocessable(declineAtPaypal(behaviour.code).issue);
  const record = (answerInstead: Answer | null): Reply =>
    recordCapture(paypal, { request, order, claim, answerInstead });
  return behave({ paypal, account, claim, behaviour, record });
}

interface CaptureCall {
  request: PaypalRequest;
  order: OrderRow;
  claim: KeyClaim;
  answerInstead: Answer | null;
}

function recordCapture(paypal: Paypal, { request, order, claim, answerInstead }: CaptureCall): Reply {
  const { sandbox } = paypal;
  const now = sandbox.now();
  const captured: OrderRow = {
    ...order,
    ...{ status: 'COMPLETED', capture_status: 'COMPLETED', capture_id: newPaypalId(), captured_at: now },
  };
  const body = renderOrder(paypal, captured, request.baseUrl);
  const reply: Answer = answerInstead ?? { kind: 'answer', status: 201, body };
  sandbox.transaction(() => {
    sandbox.sql.run`UPDATE paypal_orders SET status = 'COMPLETED', capture_status = 'COMPLETED',
      capture_id = ${captured.capture_id}, captured_at = ${now} WHERE id = ${order.id}`;
    sandbox.keys.remember(claim, reply, now);
    recordCaptureEvent(paypal, captured, request.baseUrl);
  });
  sandbox.wake();
  return reply;
}

const patchBody = z
  .array(z.object({ op: z.literal('replace'), path: z.literal('/intent'), value: z.enum(['CAPTURE', 'AUTHORIZE']) }))
  .length(1);

/** `PATCH /v2/checkout/orders/{id}`: the intent, while nothing is captured. */
export function changeOrder(paypal: Paypal, request: PaypalRequest): Reply {
  const order = ownOrder(paypal, request);
  if ('kind' in order) return order;
  const [change] = read(patchBody, request.body);
  if (order.capture_id !== null) return unprocessable('ORDER_ALREADY_COMPLETED');
  if (paypal.refusesChanges.has(order.account)) return unprocessable('NOT_PATCHABLE');
  paypal.sandbox.sql.run`UPDATE paypal_orders SET intent = ${change?.value ?? order.intent} WHERE id = ${order.id}`;
  return { kind: 'answer', status: 204, body: {} };
}

/** The payer's yes; the money moves by the merchant's capture. */
export function approveOrder(paypal: Paypal, order: OrderRow, baseUrl: string): void {
  const { sandbox } = paypal;
  const approved: OrderRow = { ...order, status: 'APPROVED' };
  sandbox.transaction(() => {
    sandbox.sql.run`UPDATE paypal_orders SET status = 'APPROVED' WHERE id = ${order.id}`;
    const resource = renderOrder(paypal, approved, baseUrl);
    const type = 'CHECKOUT.ORDER.APPROVED';
    recordEvent(paypal, { account: order.account, type, resourceType: 'checkout-order', resource });
  });
  sandbox.wake();
}

/** Captures under review whose time has come are completed. */
export function settlePendingCaptures(paypal: Paypal, baseUrl: string): void {
  const { sandbox } = paypal;
  const due = sandbox.sql.all`SELECT * FROM paypal_orders WHERE decide_at <= ${Date.now()} LIMIT 100`;
  for (const order of due as unknown as OrderRow[]) {
    sandbox.transaction(() => {
      sandbox.sql.run`UPDATE paypal_orders SET capture_status = 'COMPLETED', decide_at = NULL WHERE id = ${order.id}`;
      recordCaptureEvent(paypal, { ...order, capture_status: 'COMPLETED' }, baseUrl);
    });
  }
}

export function getCapture(paypal: Paypal, request: PaypalRequest): Reply {
  const order = findByCapture(paypal, request);
  if (order === undefined) return notFound();
  return { kind: 'answer', status: 200, body: renderSoleCapture(order, request.baseUrl) };
}

export function findByCapture({ sandbox }: Paypal, { account, params }: PaypalRequest): OrderRow | undefined {
  return sandbox.sql.get`SELECT * FROM paypal_orders WHERE capture_id = ${params[0] ?? ''} AND account = ${account}` as
    | OrderRow
    | undefined;
}
