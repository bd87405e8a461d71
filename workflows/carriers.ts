import type { CarrierRef } from './perform-step.ts';
import { spendWaking } from './spend-waking.ts';

/** A payment without a subscription: collected like one of a subscription, by its own dates. */
export function payment(ref: CarrierRef): Promise<string> {
  return spendWaking(ref, 'takePaymentStep');
}

/** A refund: sent, looked up, and over. */
export function refund(ref: CarrierRef): Promise<string> {
  return spendWaking(ref, 'takeRefundStep');
}
