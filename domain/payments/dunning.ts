import { DAY_MS, type Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { type DeclineKind, isRetryable } from './decline.ts';

/** R41: how a declined payment is tried again, and what becomes of the subscription when nothing helps. */
export interface DunningPolicy {
  baseDelayMs: number;
  /** Attempts in all, the first included. */
  attemptCountMax: number;
  finalAction: 'cancel' | 'pause' | 'leave_past_due';
}

/** Days 0, 1, 3, 7, 15, then cancel. */
export const defaultDunningPolicy: DunningPolicy = { baseDelayMs: DAY_MS, attemptCountMax: 5, finalAction: 'cancel' };

export type DunningDecision =
  | { kind: 'retry'; retryAt: Instant }
  | { kind: 'wait_for_method'; until: Instant }
  | { kind: 'final'; action: DunningPolicy['finalAction'] };

/** R41: base × 2^(attempt − 1) after the attempt of that number. */
function delayAfterAttempt(policy: DunningPolicy, attemptNumber: number): number {
  const delayMs = policy.baseDelayMs * 2 ** (attemptNumber - 1);
  invariant(Number.isSafeInteger(delayMs) && delayMs > 0, `a delay of ${delayMs} ms cannot be waited for`);
  return delayMs;
}

/** The day of the last attempt of an undisturbed ladder: by default day 15 after the first. */
export function lastLadderAt(policy: DunningPolicy, firstFailedAt: Instant): Instant {
  return firstFailedAt + policy.baseDelayMs * (2 ** (policy.attemptCountMax - 1) - 1);
}

/**
 * What follows a decline. `attemptsCount` includes the declined attempt, `dueAt` is when that one was due, so that a late worker does
 * not stretch the ladder. A kind that cannot pass by itself waits for another method until the ladder's last day.
 */
export function decideAfterDecline(
  policy: DunningPolicy,
  declined: { declineKind: DeclineKind; attemptsCount: number; firstFailedAt: Instant; dueAt: Instant },
): DunningDecision {
  const { declineKind, attemptsCount, firstFailedAt, dueAt } = declined;
  invariant(attemptsCount >= 1, 'a decline has its attempt');
  if (attemptsCount >= policy.attemptCountMax) return { kind: 'final', action: policy.finalAction };
  if (isRetryable(declineKind)) return { kind: 'retry', retryAt: dueAt + delayAfterAttempt(policy, attemptsCount) };
  const until = lastLadderAt(policy, firstFailedAt);
  return dueAt < until ? { kind: 'wait_for_method', until } : { kind: 'final', action: policy.finalAction };
}
