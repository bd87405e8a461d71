import {
  CaptureStatus,
  CheckoutPaymentIntent,
  type Order,
  OrderStatus,
  type OrdersCapture,
  RefundStatus,
} from '@paypal/paypal-server-sdk';
import type { ChargeOutcome, LookUpResult, ProviderCharge, ProviderChargeStatus } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { fromPaypalMoney } from './amounts.ts';
import { canceledOutcome, declineOfCapture } from './classify-decline.ts';

/** Our orders have one purchase unit and at most one capture. */
export function captureOf(order: Order): OrdersCapture | undefined {
  return order.purchaseUnits?.[0]?.payments?.captures?.[0];
}

export function orderIdOf(order: Order): string {
  if (order.id === undefined)
    throw new ProviderError('unknown', 'unreadable_answer', { message: 'an order has no id' });
  return order.id;
}

/** `cancelAttempt` gives an order this intent: PayPal then refuses to capture it. */
export function isCanceled(order: Order): boolean {
  const canceled = order.intent === CheckoutPaymentIntent.Authorize || order.status === OrderStatus.Voided;
  return canceled && captureOf(order) === undefined;
}

export function isApproved(order: Order): boolean {
  return order.status === OrderStatus.Approved && captureOf(order) === undefined && !isCanceled(order);
}

export function outcomeOfOrder(order: Order): ChargeOutcome {
  const providerChargeId = orderIdOf(order);
  const capture = captureOf(order);
  if (capture === undefined) return outcomeWithoutCapture(order, providerChargeId);
  switch (capture.status) {
    case CaptureStatus.Completed:
    case CaptureStatus.PartiallyRefunded:
    case CaptureStatus.Refunded:
      return { kind: 'succeeded', providerChargeId, message: 'The capture is completed.' };
    case CaptureStatus.Declined:
    case CaptureStatus.Failed:
      return declineOfCapture(providerChargeId, capture.processorResponse);
    case CaptureStatus.Pending:
    case undefined:
    default:
      // Also any status of next year: money may still move.
      return { kind: 'pending', providerChargeId };
  }
}

function outcomeWithoutCapture(order: Order, providerChargeId: string): ChargeOutcome {
  if (isCanceled(order)) return canceledOutcome(providerChargeId);
  const link =
    order.links?.find(({ rel }) => rel === 'payer-action') ?? order.links?.find(({ rel }) => rel === 'approve');
  if (isApproved(order) || link === undefined) return { kind: 'pending', providerChargeId };
  return { kind: 'requires_action', providerChargeId, url: link.href };
}

export function amountOf(order: Order): { amountMinor: number; currency: string } {
  const amount = order.purchaseUnits?.[0]?.amount;
  if (amount === undefined)
    throw new ProviderError('unknown', 'unreadable_answer', { message: 'an order has no amount' });
  return fromPaypalMoney(amount);
}

export function toFound(order: Order): LookUpResult {
  return { kind: 'found', outcome: outcomeOfOrder(order), ...amountOf(order) };
}

const listedAs: Record<ChargeOutcome['kind'], ProviderChargeStatus> = {
  succeeded: 'succeeded',
  declined: 'declined',
  requires_action: 'requires_action',
  pending: 'pending',
};

export function toProviderCharge(order: Order): ProviderCharge {
  const refunds = order.purchaseUnits?.[0]?.payments?.refunds ?? [];
  let refundedMinor = 0;
  for (const { amount, status } of refunds) {
    // One under review is on its way back; only what failed is not.
    const isUnderWay = status !== RefundStatus.Failed && status !== RefundStatus.Cancelled;
    if (amount !== undefined && isUnderWay) refundedMinor += fromPaypalMoney(amount).amountMinor;
  }
  return {
    providerChargeId: orderIdOf(order),
    attemptId: order.purchaseUnits?.[0]?.customId ?? '',
    ...amountOf(order),
    status: isCanceled(order) ? 'canceled' : listedAs[outcomeOfOrder(order).kind],
    refundedMinor,
    createdAt: new Date(order.createTime ?? 0),
  };
}
