import { randomUUID } from 'node:crypto';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { invariant } from '../../domain/invariant.ts';
import { assertAttemptTransition } from '../../domain/payments/payment-status.ts';
import { setUnderWay } from '../collection/retrying.ts';
import { type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';

/** Takes the lease: from this commit on one sender, and no other, may call the provider until `leaseMs` have passed. */
export function markSent(work: SubscriptionWork, attempt: AttemptRow, leaseMs: number): string {
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  invariant(payment, `attempt ${attempt.id} is loaded with its payment`);
  assertAttemptTransition(attempt.status, 'sent');
  if (attempt.status !== 'unknown') payment.attemptsCount += 1;
  setUnderWay(payment);
  const leaseId = randomUUID();
  attempt.status = 'sent';
  attempt.leaseId = leaseId;
  attempt.leaseUntil = work.tx.now + leaseMs;
  attempt.firstSentAt ??= work.tx.now;
  attempt.sendAt = null;
  attempt.sendCount += 1;
  touch(work, 'attempts', attempt);
  touch(work, 'payments', payment);
  return leaseId;
}
