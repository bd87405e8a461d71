import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { findMethodBeforeWaiting, wasTriedFor } from '../../db/queries/charge-methods.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { DeclineKind } from '../../domain/payments/decline.ts';
import { decideAfterDecline } from '../../domain/payments/dunning.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { collectWithMethod } from './collect-with-method.ts';
import { endDunning } from './end-dunning.ts';
import { dunningPolicyOf } from './open-payment.ts';
import { emitPaymentFailed, emitPaymentFailedPermanently, emitRetryPlanned } from './payment-events.ts';

/** R41: the next attempt, the wait for another method, or the final action. */
export async function followLadder(
  work: SubscriptionWork,
  charged: { attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow },
  declineKind: DeclineKind,
): Promise<void> {
  const { attempt, payment, invoice } = charged;
  const method = await findMethodBeforeWaiting(work.tx, work.sub);
  // Given while this attempt was under way: it is not to wait for the ladder (R31).
  const hasOtherMethod = method !== null && method.id !== attempt.paymentMethodId;
  const decision = decideAfterDecline(dunningPolicyOf(work), {
    declineKind,
    attemptsCount: payment.attemptsCount,
    firstFailedAt: payment.firstFailedAt ?? attempt.dueAt,
    dueAt: attempt.dueAt,
  });
  emitPaymentFailed(work, payment, attempt);
  switch (decision.kind) {
    case 'retry':
      payment.status = 'failed';
      payment.retryAt = hasOtherMethod ? businessNow(work) : decision.retryAt;
      emitRetryPlanned(work, payment, payment.retryAt);
      break;
    case 'wait_for_method':
      payment.status = 'failed_permanent';
      payment.dunningEndsAt = decision.until;
      emitPaymentFailedPermanently(work, payment, attempt);
      if (hasOtherMethod) collectWithMethod(work);
      break;
    case 'final':
      payment.status = 'failed_permanent';
      emitPaymentFailedPermanently(work, payment, attempt);
      // One that has been tried for this invoice is no new chance: the ladder was its own.
      if (hasOtherMethod && !(await wasTriedFor(work.tx, invoice.id, method.id))) collectWithMethod(work);
      else endDunning(work, invoice);
      break;
    default:
      assertNever(decision);
  }
}
