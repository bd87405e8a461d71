import { z } from 'zod';
import { type Behaviour, decideCharge } from '../behaviour.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import { type Reply, read } from '../server/wire.ts';
import { findTestToken } from '../test-tokens.ts';
import { declineAtPaypal } from './declines.ts';
import { newPaypalId, type OrderRow, type PaymentTokenRow, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { renderOrder, renderSoleCapture } from './render-order.ts';
import { claimRequestId } from './request-ids.ts';
import { behave } from './run-behaviour.ts';
import { type Answer, checkMoney, money, notFound, type PaypalRequest, unprocessable } from './wire.ts';

const id = z.string().min(1).max(255).optional();
const source = z.object({ vault_id: z.string(), stored_credential: z.looseObject({}) });
const orderBody = z.object({
  intent: z.literal('CAPTURE'),
  purchase_units: z
    .array(z.object({ amount: money, custom_id: id, invoice_id: id, description: z.string().max(127).default('') }))
    .length(1),
  payment_source: z.union([
    z.strictObject({ card: source }).transform(({ card }) => ({ kind: 'card' as const, vaultId: card.vault_id })),
    z
      .strictObject({ paypal: source })
      .transform(({ paypal }) => ({ kind: 'paypal' as const, vaultId: paypal.vault_id })),
  ]),
});

interface OrderCall {
  paypal: Paypal;
  request: PaypalRequest;
  claim: KeyClaim;
  order: OrderRow;
  token: PaymentTokenRow;
  behaviour: Behaviour;
}

/** `POST /v2/checkout/orders` with a vaulted source: created and captured by one call. */
export async function createOrder(paypal: Paypal, request: PaypalRequest): Promise<Reply> {
  const { sandbox } = paypal;
  const body = read(orderBody, request.body);
  const unit = body.purchase_units[0];
  if (unit === undefined) throw new Error('an order of one unit has none');
  const { amount, custom_id = null, invoice_id = null, description } = unit;
  const { kind, vaultId } = body.payment_source;
  const parts = [kind, vaultId, amount.currency, amount.hundredths, custom_id ?? '', invoice_id ?? '', description];
  const claim = claimRequestId(paypal, request, { kind: 'order', parts });
  if ('kind' in claim) return claim;
  const { account } = request;
  const token = findPaymentToken(paypal, account, vaultId);
  if (token === undefined || token.kind !== kind) return notFound();
  const refused = checkMoney(amount) ?? refuseDuplicate(paypal, { account, invoice_id });
  if (refused !== null) return refused;
  const behaviour =
    sandbox.scripts.take({ account, token: token.token, methodId: token.id }) ?? findTestToken(token.token)?.behaviour;
  if (behaviour === undefined) throw new Error(`payment token ${token.id} has no rule`);
  const order: OrderRow = {
    ...{ seq: 0, id: newPaypalId(), account, capture_id: null, token_id: token.id, custom_id, invoice_id },
    ...{ hundredths: amount.hundredths, currency: amount.currency, description, intent: 'CAPTURE' },
    ...{ status: 'PAYER_ACTION_REQUIRED', capture_status: null, response_code: null, refunded: 0 },
    ...{ created_at: sandbox.now(), captured_at: null },
  };
  const call: OrderCall = { paypal, request, claim, order, token, behaviour };
  return behave({ paypal, account, claim, behaviour, record: (answerInstead) => recordOrder(call, answerInstead) });
}

export function findPaymentToken({ sandbox }: Paypal, account: string, tokenId: string): PaymentTokenRow | undefined {
  return sandbox.sql.get`SELECT * FROM paypal_payment_tokens WHERE id = ${tokenId} AND account = ${account}` as
    | PaymentTokenRow
    | undefined;
}

/** One invoice id is paid once, whatever the request id says. */
export function refuseDuplicate(
  { sandbox }: Paypal,
  { account, invoice_id }: { account: string; invoice_id: string | null },
): Reply | null {
  const paid = sandbox.sql.get`SELECT 1 FROM paypal_orders WHERE account = ${account} AND invoice_id = ${invoice_id}
    AND capture_status IN ('COMPLETED', 'PENDING') LIMIT 1`;
  return paid === undefined ? null : unprocessable('DUPLICATE_INVOICE_ID');
}

/** Order and remembered answer commit together; a wallet that declines leaves the answer alone, as at PayPal. */
function recordOrder(call: OrderCall, answerInstead: Answer | null): Reply {
  const { paypal, request, claim, order, token, behaviour } = call;
  const { sandbox } = paypal;
  const now = sandbox.now();
  const { status, declineCode } = decideCharge(behaviour, token.succeeded_count);
  const decline = declineCode === null ? null : declineAtPaypal(declineCode);
  if (decline !== null && token.kind === 'paypal') {
    const refused = unprocessable(decline.issue);
    sandbox.keys.remember(claim, refused, now);
    return refused;
  }
  if (status !== 'requires_action') {
    order.status = 'COMPLETED';
    order.capture_id = newPaypalId();
    order.captured_at = now;
    order.response_code = decline?.responseCode ?? null;
    order.capture_status = status === 'succeeded' ? 'COMPLETED' : status === 'pending' ? 'PENDING' : 'DECLINED';
  }
  const decideAt = behaviour.kind === 'pending' ? Date.now() + behaviour.delayMs : null;
  const body = renderOrder(paypal, order, request.baseUrl);
  const reply: Answer = answerInstead ?? { kind: 'answer', status: 201, body };
  sandbox.transaction(() => {
    insertOrder(paypal, order, decideAt);
    if (behaviour.kind === 'ok_once' && status === 'succeeded') {
      sandbox.sql.run`UPDATE paypal_payment_tokens SET succeeded_count = succeeded_count + 1 WHERE id = ${token.id}`;
    }
    sandbox.keys.remember(claim, reply, now);
    if (order.capture_status !== null) recordCaptureEvent(paypal, order, request.baseUrl);
  });
  sandbox.wake();
  return reply;
}

function insertOrder({ sandbox }: Paypal, order: OrderRow, decideAt: number | null): void {
  sandbox.sql
    .run`INSERT INTO paypal_orders (id, account, capture_id, token_id, custom_id, invoice_id, hundredths, currency,
      description, intent, status, capture_status, response_code, decide_at, created_at, captured_at)
    VALUES (${order.id}, ${order.account}, ${order.capture_id}, ${order.token_id}, ${order.custom_id}, ${order.invoice_id},
      ${order.hundredths}, ${order.currency}, ${order.description}, ${order.intent}, ${order.status},
      ${order.capture_status}, ${order.response_code}, ${decideAt}, ${order.created_at}, ${order.captured_at})`;
}

export function recordCaptureEvent(paypal: Paypal, order: OrderRow, baseUrl: string): void {
  const type = `PAYMENT.CAPTURE.${order.capture_status}`;
  const resource = renderSoleCapture(order, baseUrl);
  recordEvent(paypal, { account: order.account, type, resourceType: 'capture', resource });
}
