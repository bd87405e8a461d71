import {
  CheckoutPaymentIntent,
  type Order,
  type OrderRequest,
  OrdersController,
  PatchOp,
} from '@paypal/paypal-server-sdk';
import type { CancelAttemptRequest, CancelAttemptResult, ChargeOutcome, ChargeRequest } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { fromPaypalMoney, toPaypalMoney } from './amounts.ts';
import { declineOfIssue } from './classify-decline.ts';
import { issueOf, toProviderError } from './classify-failure.ts';
import { askClassified, type PaypalCall, type PaypalConnection } from './connect-account.ts';
import { captureOf, isCanceled, orderIdOf, outcomeOfOrder } from './map-order.ts';
import { sourceOf } from './name-method.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

const wholeObject = 'return=representation';
const descriptionMax = 127;

/**
 * One order, created and captured by one call. `invoice_id` is the attempt's id: PayPal refuses to capture a second order of it
 * even after it forgot the request id.
 */
export async function chargeOrder(connection: Connection, request: ChargeRequest): Promise<ChargeOutcome> {
  const body = orderOf(request);
  let order: Order;
  try {
    order = await connection.ask(request, (client) =>
      new OrdersController(client).createOrder({ body, paypalRequestId: request.idempotencyKey, prefer: wholeObject }),
    );
  } catch (error) {
    const declined = declineOfIssue(null, issueOf(error));
    if (declined !== null) return declined;
    throw toProviderError(error);
  }
  assertSameOrder(order, request);
  return outcomeOfOrder(order);
}

function orderOf({ attemptId, amountMinor, currency, description, providerMethodId }: ChargeRequest): OrderRequest {
  const text = description.slice(0, descriptionMax);
  const ids = { customId: attemptId, invoiceId: attemptId };
  const amount = toPaypalMoney(amountMinor, currency);
  return {
    intent: CheckoutPaymentIntent.Capture,
    purchaseUnits: [{ ...ids, amount, ...(text === '' ? {} : { description: text }) }],
    paymentSource: sourceOf(providerMethodId),
  };
}

/** A request id answers with its first order, whatever stands in the body of the second call. */
function assertSameOrder(order: Order, { attemptId, amountMinor, currency }: ChargeRequest): void {
  const unit = order.purchaseUnits?.[0];
  const amount = unit?.amount === undefined ? undefined : fromPaypalMoney(unit.amount);
  if (unit?.customId === attemptId && amount?.amountMinor === amountMinor && amount.currency === currency) return;
  throw new ProviderError('unknown', 'idempotency_key_mismatch', {
    message: 'this request id belongs to another order',
  });
}

/** `expired` where there is no such order: PayPal drops what nobody approved within three hours, and shows no foreign one. */
export async function readOrder(
  connection: Connection,
  call: PaypalCall,
  orderId: string,
): Promise<Order | 'expired' | 'foreign'> {
  try {
    return await connection.ask(call, (client) => new OrdersController(client).getOrder({ id: orderId }));
  } catch (error) {
    const issue = issueOf(error);
    if (issue === 'INVALID_RESOURCE_ID' || issue === 'RESOURCE_NOT_FOUND') return 'expired';
    if (issue === 'PERMISSION_DENIED') return 'foreign';
    throw toProviderError(error);
  }
}

/**
 * The payer agreed; the money moves by this call alone. Its request id derives from the order, so that every finder captures
 * once. A capture that is declined closes the order before it is told: a later look-up must not try it again.
 */
export async function captureOrder(
  connection: Connection,
  call: PaypalCall,
  approved: Order,
): Promise<Order | ChargeOutcome> {
  const id = orderIdOf(approved);
  try {
    return await connection.ask(call, (client) =>
      new OrdersController(client).captureOrder({ id, paypalRequestId: `capture-${id}`, prefer: wholeObject }),
    );
  } catch (error) {
    const issue = issueOf(error);
    if (issue === 'ORDER_ALREADY_CAPTURED') return readOrderBehind(connection, call, id);
    const declined = declineOfIssue(id, issue);
    if (declined === null) throw toProviderError(error);
    await closeDeclined(connection, call, id);
    return declined;
  }
}

/** Left open, a later look-up would capture the order beside the attempt that followed the decline. */
async function closeDeclined(connection: Connection, call: PaypalCall, id: string): Promise<void> {
  try {
    await closeOrder(connection, call, id);
  } catch (error) {
    throw new ProviderError('unknown', 'capture_declined_order_open', { cause: error });
  }
}

/** An order whose intent is to authorize refuses every capture with ACTION_DOES_NOT_MATCH_INTENT, and nothing here authorizes. */
async function closeOrder(connection: Connection, call: PaypalCall, id: string): Promise<void> {
  const body = [{ op: PatchOp.Replace, path: '/intent', value: CheckoutPaymentIntent.Authorize }];
  await connection.ask(call, (client) => new OrdersController(client).patchOrder({ id, body }));
}

/**
 * PayPal has no call that cancels an order. What confirms that it captures no more: it is gone (404), or it took the other
 * intent. Where PayPal refuses that too, the order stays open and `not_cancelable` says so; it is gone three hours after it began.
 */
export async function cancelOrder(connection: Connection, request: CancelAttemptRequest): Promise<CancelAttemptResult> {
  const call = { tenantId: request.tenantId, deadlineAtMonotonicMs: performance.now() + request.timeoutMs };
  const decided = await decisionOn(connection, call, request.providerChargeId);
  if (decided !== null) return decided;
  try {
    await closeOrder(connection, call, request.providerChargeId);
    return { kind: 'canceled' };
  } catch (error) {
    const failure = toProviderError(error);
    if (failure.kind !== 'rejected') throw failure;
    // Somebody may have captured it between our reading and our change.
    const decidedMeanwhile = await decisionOn(connection, call, request.providerChargeId);
    if (decidedMeanwhile !== null) return decidedMeanwhile;
    throw new ProviderError('rejected', 'not_cancelable', { message: failure.message, cause: failure });
  }
}

/** Null while the order is open. */
async function decisionOn(
  connection: Connection,
  call: PaypalCall,
  orderId: string,
): Promise<CancelAttemptResult | null> {
  const order = await readOrder(connection, call, orderId);
  if (order === 'foreign') throw new ProviderError('rejected', 'unknown_charge');
  if (order === 'expired' || isCanceled(order)) return { kind: 'canceled' };
  // A capture that is pending decides the order, too: only its outcome is still to come.
  return captureOf(order) === undefined ? null : { kind: 'already_decided', outcome: outcomeOfOrder(order) };
}

/** A read of one object with every failure classified. */
export function readOrderBehind(connection: Connection, call: PaypalCall, orderId: string): Promise<Order> {
  return askClassified(connection, call, (client) => new OrdersController(client).getOrder({ id: orderId }));
}
