import type { Answer } from '../../contracts/answer.ts';
import { loadRefund } from '../../db/queries/carriers.ts';
import { findRefund } from '../../db/queries/refunds.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RefundId } from '../../domain/ids.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import { openRefundStatuses } from '../../domain/refunds/next-of-refund.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import { touch, writeAudit } from '../subscription-work/subscription-work.ts';
import { applyRefundOutcome } from './apply-refund-outcome.ts';
import { loadRefundWithOwner, oweWake } from './change-refund-with-owner.ts';
import { settleCarrier } from './refund-step.ts';
import { renderRefund } from './render-refund.ts';

export interface RepairRefundInput {
  /** `retry`: ask the provider again. `reject`: nothing went back, which a person has made sure of; its amount is free again. */
  action: 'retry' | 'reject';
  reason: string;
}

/** An operator takes on a refund that was set aside, or that no key may be sent for any more. Audited with the reason. */
export async function repairRefund(
  context: BillingContext,
  call: Call,
  id: RefundId,
  input: RepairRefundInput,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    if (!(await loadRefund(tx, id))) throw new DomainError('not_found', 'unknown refund');
    const { work, carried } = await loadRefundWithOwner(tx, id, call.caller);
    const { refund, carrier } = carried;
    const isStuck = carrier.parkedAt !== null && openRefundStatuses.includes(refund.status);
    if (!isStuck && refund.status !== 'needs_review')
      throw new DomainError('invalid_state', 'Only a refund that needs a person is repaired.');
    writeAudit(work, 'refund.repaired', id, { ...input, status: refund.status, parked: carrier.parked });
    switch (input.action) {
      case 'retry':
        // Looked up before it is sent again, and its schedule begins anew.
        if (refund.status !== 'requested') {
          refund.status = 'unknown';
          refund.resolveCount = Math.min(refund.resolveCount, 1);
        }
        refund.resolveAt = tx.now;
        refund.leaseUntil = null;
        break;
      case 'reject':
        if (refund.status === 'pending' || refund.status === 'unknown' || refund.status === 'sent')
          throw new DomainError('invalid_state', 'The provider may still carry this refund out: ask it again.');
        await applyRefundOutcome(work, carried, { kind: 'rejected', code: 'given_up', message: input.reason });
        break;
      default:
        assertNever(input.action);
    }
    Object.assign(carrier, {
      parkedAt: null,
      parked: null,
      fruitlessTries: 0,
      lastResult: `Repaired: ${input.action}`,
    });
    settleCarrier(tx, carrier, refund);
    touch(work, 'refunds', refund);
    touch(work, 'carriers', carrier);
    owed.push(...(await settle(work, 'command')).intents);
    owed.push(await oweWake(tx, { tenantId: tx.tenantId, carrierId: id, carries: 'refund' }));
    const shown = await findRefund(tx.sql, id);
    invariant(shown, `refund ${id} exists`);
    return { status: 200, body: renderRefund(shown) };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}
