import type { Answer } from '../../contracts/answer.ts';
import { lockPlan, updatePlan } from '../../db/queries/plans.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderPlan } from './render-plan.ts';

/** R30: no new subscriptions; existing ones go on. Archiving again changes nothing. */
export function archivePlan(context: BillingContext, call: Call, planId: PlanId): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const plan = await lockPlan(tx, planId);
    if (!plan) throw new DomainError('not_found', 'unknown plan');
    if (plan.status === 'active') {
      plan.status = 'archived';
      plan.updatedAt = tx.now;
      await updatePlan(tx, plan);
      await insertAudits(tx, caller, [
        {
          action: 'plan.archived',
          resourceId: planId,
          details: { before: { status: 'active' }, after: { status: 'archived' } },
        },
      ]);
    }
    return { status: 200, body: renderPlan(plan) };
  });
}
