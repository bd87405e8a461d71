import { type Instant, NEVER } from '../instant.ts';
import { assertNever } from '../invariant.ts';

/**
 * R42. `requested` is reserved and not sent yet; `needs_review` waits for a person, its reservation stays; `failed` was taken by the
 * provider and came back, be it after it had succeeded.
 */
export type RefundStatus =
  | 'requested'
  | 'sent'
  | 'unknown'
  | 'pending'
  | 'needs_review'
  | 'rejected'
  | 'succeeded'
  | 'failed';

/** Neither done nor refused: its amount is reserved and its workflow stays. */
export const openRefundStatuses: readonly RefundStatus[] = ['requested', 'sent', 'unknown', 'pending', 'needs_review'];

/** Of an amount that is going back or has gone. */
export function isReserving(status: RefundStatus): boolean {
  return status !== 'rejected' && status !== 'failed';
}

const ranks: Record<RefundStatus, number> = {
  ...{ requested: 0, sent: 0, unknown: 0, pending: 0, needs_review: 0 },
  ...{ rejected: 1, succeeded: 2, failed: 3 },
};

/**
 * What ranks higher stands, whenever it is told: a success outranks a rejection, for then the money is gone, whoever had given the
 * refund up; what came back afterwards outranks the success. While none of these is told, the last word about it holds.
 */
export function outranksRefund(current: RefundStatus, told: RefundStatus): boolean {
  return ranks[told] > ranks[current] || (ranks[told] === 0 && ranks[current] === 0);
}

export interface RefundFacts {
  status: RefundStatus;
  createdAt: Instant;
  leaseUntil: Instant | null;
  resolveAt: Instant | null;
}

/** What is due of a refund, in real time: NEVER where only a notification or a person can bring it on, as while it is parked. */
export function nextOfRefund(refund: RefundFacts, isParked: boolean): { kind: 'send_refund' | 'none'; at: Instant } {
  const at = isParked ? NEVER : dueAt(refund);
  return at === NEVER ? { kind: 'none', at } : { kind: 'send_refund', at };
}

function dueAt({ status, createdAt, leaseUntil, resolveAt }: RefundFacts): Instant {
  switch (status) {
    case 'requested':
      return createdAt;
    case 'sent':
      return leaseUntil ?? NEVER;
    case 'unknown':
    case 'pending':
      return resolveAt ?? createdAt;
    case 'needs_review':
    case 'rejected':
    case 'succeeded':
    case 'failed':
      return NEVER;
    default:
      return assertNever(status);
  }
}
