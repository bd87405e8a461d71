import { PaymentsController, type Refund, RefundStatus } from '@paypal/paypal-server-sdk';
import type { LookUpRefundRequest, LookUpRefundResult, RefundOutcome, RefundRequest } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { fromPaypalMoney, toPaypalMoney } from './amounts.ts';
import { readOrder } from './charge-order.ts';
import { beforeSending, issueOf, toProviderError } from './classify-failure.ts';
import type { PaypalConnection } from './connect-account.ts';
import { captureOf, outcomeOfOrder } from './map-order.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

/** What PayPal refuses to give back; anything else that is refused is a fault of the request. */
const rejections: Readonly<Record<string, string>> = {
  REFUND_AMOUNT_EXCEEDED: 'amount_exceeds_charge',
  MAX_REFUND_AMOUNT_EXCEEDED: 'amount_exceeds_charge',
  CAPTURE_FULLY_REFUNDED: 'amount_exceeds_charge',
  MAX_NUMBER_OF_REFUNDS_EXCEEDED: 'too_many_refunds',
  REFUND_CURRENCY_MISMATCH: 'currency_mismatch',
  REFUND_CAPTURE_CURRENCY_MISMATCH: 'currency_mismatch',
  CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED: 'charge_disputed',
  REFUND_TIME_LIMIT_EXCEEDED: 'too_late',
  REFUND_NOT_ALLOWED: 'refund_not_allowed',
  REFUND_FAILED_INSUFFICIENT_FUNDS: 'insufficient_funds',
  PENDING_CAPTURE: 'charge_not_captured',
  TRANSACTION_REFUSED: 'refund_refused',
};

/** Refunds stand on the capture, which its order names; until the refund itself is written nothing was sent. */
export async function refundCapture(connection: Connection, request: RefundRequest): Promise<RefundOutcome> {
  const { tenantId, deadlineAtMonotonicMs } = request;
  const call = { tenantId, deadlineAtMonotonicMs };
  const amount = toPaypalMoney(request.amountMinor, request.currency);
  const order = await beforeSending(readOrder(connection, call, request.providerChargeId));
  if (typeof order === 'string') return rejected('unknown_charge', 'PayPal shows this account no such order.');
  const captureId = captureOf(order)?.id;
  if (captureId === undefined || outcomeOfOrder(order).kind !== 'succeeded') {
    return rejected('charge_not_captured', 'Nothing of this order was captured.');
  }
  const body = { amount, customId: request.refundId, invoiceId: request.refundId };
  const paypalRequestId = request.idempotencyKey;
  let refund: Refund;
  try {
    refund = await connection.ask(call, (client) =>
      new PaymentsController(client).refundCapturedPayment({
        ...{ captureId, body, paypalRequestId, prefer: 'return=representation' },
      }),
    );
  } catch (error) {
    const failure = toProviderError(error);
    const code = rejections[issueOf(error) ?? ''];
    if (code === undefined || failure.kind !== 'rejected') throw failure;
    return rejected(code, failure.message);
  }
  assertSameRefund(refund, request);
  return toRefundOutcome(refund);
}

function assertSameRefund(refund: Refund, { refundId, amountMinor, currency }: RefundRequest): void {
  const amount = refund.amount === undefined ? undefined : fromPaypalMoney(refund.amount);
  const isSame = amount?.amountMinor === amountMinor && amount.currency === currency && refund.customId === refundId;
  if (isSame) return;
  throw new ProviderError('unknown', 'idempotency_key_mismatch', {
    message: 'this request id belongs to another refund',
  });
}

/** By its id where one is known, else among the refunds of the order. A refused refund leaves no trace at PayPal. */
export async function lookUpRefund(connection: Connection, request: LookUpRefundRequest): Promise<LookUpRefundResult> {
  const call = { tenantId: request.tenantId, deadlineAtMonotonicMs: performance.now() + request.timeoutMs };
  const { providerRefundId: refundId } = request;
  if (refundId !== null) {
    try {
      return toFound(await connection.ask(call, (client) => new PaymentsController(client).getRefund({ refundId })));
    } catch (error) {
      if (issueOf(error) === 'INVALID_RESOURCE_ID') return { kind: 'not_found' };
      throw toProviderError(error);
    }
  }
  const order = await readOrder(connection, call, request.providerChargeId);
  if (typeof order === 'string') return { kind: 'not_found' };
  const own = (order.purchaseUnits?.[0]?.payments?.refunds ?? []).filter((each) => each.customId === request.refundId);
  // Money that is gone outranks a failure of the same refund.
  const refund = own.find((each) => toRefundOutcome(each).kind !== 'failed') ?? own.at(-1);
  return refund === undefined ? { kind: 'not_found' } : toFound(refund);
}

function toFound(refund: Refund): LookUpRefundResult {
  if (refund.amount === undefined) throw new ProviderError('unknown', 'unreadable_answer');
  return { kind: 'found', outcome: toRefundOutcome(refund), ...fromPaypalMoney(refund.amount) };
}

function toRefundOutcome({ id: providerRefundId, status }: Refund): RefundOutcome {
  if (providerRefundId === undefined) throw new ProviderError('unknown', 'unreadable_answer');
  if (status === RefundStatus.Completed) return { kind: 'succeeded', providerRefundId };
  if (status === RefundStatus.Failed || status === RefundStatus.Cancelled) {
    const code = `refund_${status.toLowerCase()}`;
    return { kind: 'failed', providerRefundId, code, message: 'PayPal could not complete the refund.' };
  }
  return { kind: 'pending', providerRefundId };
}

function rejected(code: string, message: string): RefundOutcome {
  return { kind: 'rejected', code, message };
}
