import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { loadAttempt } from '../../db/queries/load-attempt.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AttemptId, PaymentId } from '../../domain/ids.ts';
import { loadAttemptIntoWork } from '../attempts/with-attempt.ts';
import type { Caller } from '../context.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

export interface AttemptOfPayment {
  paymentId: PaymentId;
  attemptId: AttemptId;
}

/**
 * An attempt of that payment under its workflow's lock, for a person to see to. Throws `not_found`, and `invalid_state` in any status
 * but those named.
 */
export async function loadUndecidedAttempt(
  tx: TenantTransaction,
  caller: Caller,
  of: AttemptOfPayment,
  admits: { statuses: readonly AttemptRow['status'][]; otherwise: string },
): Promise<{ work: SubscriptionWork; attempt: AttemptRow }> {
  const found = await loadAttempt(tx, of.attemptId);
  if (found?.payment.id !== of.paymentId) throw new DomainError('not_found', 'unknown attempt');
  const work = await loadWorkOf(tx, refOfPayment(found.payment), caller);
  const attempt = await loadAttemptIntoWork(work, of.attemptId);
  if (!admits.statuses.includes(attempt.status))
    throw new DomainError('invalid_state', admits.otherwise, { attempt_status: attempt.status });
  return { work, attempt };
}
