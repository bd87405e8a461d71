import { invariant } from '../invariant.ts';
import type { SubscriptionStatus } from './subscription.ts';

/** R21: which stored status may follow which. What commands and dates may do is a part of it; the rest are results of payments. */
const transitions: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  scheduled: ['incomplete', 'trialing', 'active', 'past_due', 'payment_failed', 'canceled', 'expired'],
  incomplete: ['trialing', 'active', 'past_due', 'paused', 'payment_failed', 'canceled', 'expired'],
  trialing: ['active', 'past_due', 'paused', 'canceled', 'expired'],
  active: ['past_due', 'paused', 'canceled', 'expired'],
  past_due: ['active', 'paused', 'canceled', 'expired'],
  paused: ['trialing', 'active', 'past_due', 'canceled', 'expired'],
  canceled: [],
  expired: [],
  payment_failed: [],
};

function isStatusTransition(from: SubscriptionStatus, to: SubscriptionStatus): boolean {
  return from === to || transitions[from].includes(to);
}

/** Throws where a subscription cannot go from one status to the other: a bug, since what is not allowed is refused before. */
export function assertStatusTransition(from: SubscriptionStatus, to: SubscriptionStatus): void {
  invariant(isStatusTransition(from, to), `a subscription does not go from ${from} to ${to}`);
}
