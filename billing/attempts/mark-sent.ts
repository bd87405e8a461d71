import { randomUUID } from 'node:crypto';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { assertAttemptTransition } from '../../domain/payments/payment-status.ts';
import { setUnderWay } from '../collection/retrying.ts';
import { isHeld, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';

/** Takes the lease: from this commit on one sender, and no other, may call the provider until `leaseMs` have passed. */
export function markSent(work: SubscriptionWork, attempt: AttemptRow, leaseMs: number): string {
  // Every charge passes here. The gate of the API is closed within seconds; this one is closed in the transaction.
  if (isHeld(work)) throw new DomainError('tenant_suspended', 'Nothing is charged while the tenant is not active.');
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

/** Its sender is at work, by PostgreSQL's clock. */
export function isLeased({ status, leaseUntil }: AttemptRow, now: Instant): boolean {
  return status === 'sent' && (leaseUntil ?? 0) > now;
}
