import type { Answer } from '../../contracts/answer.ts';
import { loadAttempt } from '../../db/queries/load-attempt.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AttemptId, PaymentId } from '../../domain/ids.ts';
import { loadAttemptIntoWork } from '../attempts/with-attempt.ts';
import type { Call } from '../call.ts';
import { lookUpCountMax } from '../collection/resolve-schedule.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { touch, writeAudit } from '../subscription-work/subscription-work.ts';

/**
 * A person does not wait for the next look-up: it is due now, and its workflow asks the provider as it always would. One that
 * needs review is open again for this one answer; where the provider still knows nothing it comes back to a person. Audited.
 */
export async function lookUpNow(
  context: BillingContext,
  call: Call,
  of: { paymentId: PaymentId; attemptId: AttemptId },
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const found = await loadAttempt(tx, of.attemptId);
    if (found?.payment.id !== of.paymentId) throw new DomainError('not_found', 'unknown attempt');
    const work = await loadWorkOf(tx, refOfPayment(found.payment), call.caller);
    const attempt = await loadAttemptIntoWork(work, of.attemptId);
    const { status } = attempt;
    if (status !== 'unknown' && status !== 'needs_review' && status !== 'requires_action') {
      throw new DomainError('invalid_state', 'Only an attempt whose outcome is not known is looked up.', {
        attempt_status: status,
      });
    }
    writeAudit(work, 'payment.look_up_requested', of.paymentId, { attempt_id: attempt.id, status });
    if (status === 'needs_review') {
      // The last look-up: without an answer it is a person's again, and it is not sent anew.
      Object.assign(attempt, { status: 'unknown', resolveAt: tx.now, resolveCount: lookUpCountMax - 1 });
    } else if (attempt.resolveAt === null || attempt.resolveAt > tx.now) {
      attempt.resolveAt = tx.now;
      // Whoever asks out of turn uses none of the turns up after which a person decides.
      attempt.resolveCount = Math.max(0, attempt.resolveCount - 1);
    }
    touch(work, 'attempts', attempt);
    owed.push(...(await settle(work, 'command')).intents);
    return { status: 202, body: { payment_id: of.paymentId, attempt_id: attempt.id, status: attempt.status } };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}
