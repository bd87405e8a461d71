import type { Answer } from '../../contracts/answer.ts';
import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import { findPayment } from '../../db/queries/payments.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { writeAudit } from '../subscription-work/subscription-work.ts';

/** An operator sets a parked payment without a subscription going again: its step is done once more. Audited with the reason. */
export async function repairPayment(
  context: BillingContext,
  call: Call,
  id: PaymentId,
  input: { reason: string; render: (payment: PaymentRow) => object },
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const known = await findPayment(tx, id);
    if (!known) throw new DomainError('not_found', 'unknown payment');
    const ref = refOfPayment(known);
    const work = 'carrierId' in ref ? await loadWorkOf(tx, ref, call.caller) : null;
    if (!work?.sub.parkedAt)
      throw new DomainError('invalid_state', 'Only a payment without a subscription that needs attention is repaired.');
    const { sub } = work;
    writeAudit(work, 'payment.repaired', id, { action: 'retry', reason: input.reason, parked: sub.parked });
    sub.parkedAt = null;
    sub.parked = null;
    sub.fruitlessTries = 0;
    sub.lastResult = 'Repaired: retry';
    owed.push(...(await settle(work, 'command')).intents);
    const payment = await findPayment(tx, id);
    invariant(payment, `payment ${id} exists`);
    return { status: 200, body: input.render(payment) };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}
