import type { Answer } from '../../contracts/answer.ts';
import { DomainError } from '../../domain/errors.ts';
import { invariant } from '../../domain/invariant.ts';
import { storeSettledAnswer } from '../attempts/store-settled-answer.ts';
import type { Call } from '../call.ts';
import { applyChargeResult, type ChargeResult } from '../collection/apply-charge-result.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import { writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { type AttemptOfPayment, loadUndecidedAttempt } from './load-undecided-attempt.ts';

export interface Resolution {
  outcome: 'succeeded' | 'failed';
  /** What the provider calls the charge; needed to refund it later. */
  providerChargeId: string | null;
  reason: string;
}

/**
 * A person has looked at the provider and says what became of an attempt whose outcome nothing could tell. It applies as if the
 * provider had said it; what the provider says later still outranks a failure.
 */
export async function resolveAttempt(
  context: BillingContext,
  call: Call,
  of: AttemptOfPayment,
  resolution: Resolution,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const { work, attempt } = await loadUndecidedAttempt(tx, call.caller, of, {
      statuses: ['needs_review'],
      otherwise: 'Only an attempt that needs review is resolved by hand.',
    });
    const details = { attempt_id: attempt.id, ...resolution };
    writeAudit(work, 'payment.attempt_resolved', of.paymentId, details);
    writeTimeline(work, 'attempt_resolved', { attempt_id: attempt.id, outcome: resolution.outcome });
    await applyChargeResult(work, attempt, resultOf(resolution, attempt.providerChargeId));
    const payment = work.open.payments.find(({ id }) => id === of.paymentId);
    invariant(payment, 'an attempt is loaded with its payment');
    owed.push(...(await settle(work, 'command')).intents);
    await storeSettledAnswer(work, attempt);
    const { status } = attempt;
    return {
      status: 200,
      body: { payment_id: of.paymentId, attempt_id: attempt.id, status, payment_status: payment.status },
    };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}

function resultOf({ outcome, providerChargeId, reason }: Resolution, known: string | null): ChargeResult {
  const chargeId = providerChargeId ?? known;
  if (outcome === 'failed') {
    const decline = { declineKind: 'soft', code: 'not_charged', message: reason } as const;
    return { kind: 'declined', providerChargeId: chargeId, ...decline };
  }
  if (chargeId === null) {
    const errors = [{ field: 'provider_charge_id', message: 'is required' }];
    throw new DomainError('invalid_request', 'provider_charge_id is required.', {
      field: 'provider_charge_id',
      errors,
    });
  }
  return { kind: 'succeeded', providerChargeId: chargeId, message: reason };
}
