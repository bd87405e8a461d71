import type { Answer } from '../../contracts/answer.ts';
import type { Call } from '../call.ts';
import { lookUpCountMax } from '../collection/resolve-schedule.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import { touch, writeAudit } from '../subscription-work/subscription-work.ts';
import { type AttemptOfPayment, loadUndecidedAttempt } from './load-undecided-attempt.ts';

/**
 * A person does not wait for the next look-up: it is due now, and its workflow asks the provider as it always would. One that
 * needs review is open again for this one answer; where the provider still knows nothing it comes back to a person. Audited.
 */
export async function lookUpNow(context: BillingContext, call: Call, of: AttemptOfPayment): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const { work, attempt } = await loadUndecidedAttempt(tx, call.caller, of, {
      statuses: ['unknown', 'needs_review', 'requires_action'],
      otherwise: 'Only an attempt whose outcome is not known is looked up.',
    });
    const { status } = attempt;
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
