import type { AttemptStatus } from './payment-status.ts';

/** An attempt of ours, and what has been given back of it. Integer minor units of `currency`. */
export interface OurCharge {
  status: AttemptStatus;
  providerChargeId: string | null;
  amountMinor: number;
  currency: string;
  /** Done for certain before the provider was asked. */
  refundedMinor: number;
  /** May have been done by then, or not. */
  refundingMinor: number;
}

/** A charge the provider says it captured. */
export interface TheirCharge {
  providerChargeId: string;
  amountMinor: number;
  currency: string;
  refundedMinor: number;
}

export type ChargeDifference =
  | 'not_with_us'
  | 'not_at_provider'
  | 'charged_twice'
  | 'status_differs'
  | 'charge_differs'
  | 'refund_differs';

/**
 * How our books and the provider's differ about one attempt (I6), the gravest first; null where they agree. `theirs` are the
 * captures that name it: one, and the same one, of every attempt that succeeded here, and none of any other.
 */
export function differenceOf(ours: OurCharge | null, theirs: readonly TheirCharge[]): ChargeDifference | null {
  const [charge] = theirs;
  if (ours === null) return charge === undefined ? null : 'not_with_us';
  if (charge === undefined) return ours.status === 'succeeded' ? 'not_at_provider' : null;
  if (theirs.length > 1) return 'charged_twice';
  if (ours.status !== 'succeeded') return 'status_differs';
  const isSame =
    charge.providerChargeId === ours.providerChargeId &&
    charge.amountMinor === ours.amountMinor &&
    charge.currency === ours.currency;
  if (!isSame) return 'charge_differs';
  const { refundedMinor, refundingMinor } = ours;
  const isWithin = charge.refundedMinor >= refundedMinor && charge.refundedMinor <= refundedMinor + refundingMinor;
  return isWithin ? null : 'refund_differs';
}
