export type DisputeStatus = 'open' | 'won' | 'lost';

const ranks: Record<DisputeStatus, number> = { open: 0, won: 1, lost: 2 };

/** What ranks higher stands, whenever it is told: told both ends, a dispute is lost, for then the money is gone (R43). */
export function outranksDispute(current: DisputeStatus, told: DisputeStatus): boolean {
  return ranks[told] > ranks[current];
}

export interface Reservation {
  /** Held by the provider while disputes are open. */
  heldMinor: number;
  /** Gone with the disputes that were lost. */
  lostMinor: number;
}

/**
 * What the disputes of one payment reserve together: their amounts, and never more than was captured and is not going back already.
 * Where both do not fit, what is lost comes first.
 */
export function reservationOf(
  disputes: readonly { status: DisputeStatus; amountMinor: number }[],
  payment: { capturedMinor: number; refundedMinor: number },
): Reservation {
  const left = payment.capturedMinor - payment.refundedMinor;
  const sumOf = (status: DisputeStatus): number =>
    disputes.reduce((sum, dispute) => sum + (dispute.status === status ? dispute.amountMinor : 0), 0);
  const lostMinor = Math.min(sumOf('lost'), left);
  return { lostMinor, heldMinor: Math.min(sumOf('open'), left - lostMinor) };
}
