import { type Instant, NEVER } from '../instant.ts';
import { assertNever } from '../invariant.ts';

/** R42. `requested` is reserved and not sent yet; `needs_review` waits for a person, its reservation stays. */
export type RefundStatus = 'requested' | 'sent' | 'unknown' | 'pending' | 'needs_review' | 'succeeded' | 'rejected';

/** Neither done nor refused: its amount is reserved and its workflow stays. */
export const openRefundStatuses: readonly RefundStatus[] = ['requested', 'sent', 'unknown', 'pending', 'needs_review'];

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
    case 'succeeded':
    case 'rejected':
      return NEVER;
    default:
      return assertNever(status);
  }
}
