import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { insertPrice, lockPlan, type PlanRow, updatePlan } from '../../db/queries/plans.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { describeChange } from '../../domain/describe-change.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PlanId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { mergeMetadata } from '../subscriptions/merge-metadata.ts';
import { renderPlan } from './render-plan.ts';

type Details = Pick<PlanRow, 'name' | 'description' | 'trialPeriodDays' | 'maxSubscriptions' | 'maxPerCustomer'>;

const toldOfPlan = [
  ...(['name', 'description', 'trialPeriodDays', 'maxSubscriptions', 'maxPerCustomer'] as const),
  ...(['amountMinor', 'currentPriceId', 'priceVersion'] as const),
];

/** Absent members stay as they are. */
export interface ChangePlanDetailsInput {
  details: Partial<Details>;
  amountMinor?: number;
  metadata?: Record<string, string | null>;
}

/** R30: details take effect everywhere at once; a new amount is a new version that existing subscriptions do not follow. */
export function changePlanDetails(
  context: BillingContext,
  call: Call,
  planId: PlanId,
  input: ChangePlanDetailsInput,
): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const stored = await lockPlan(tx, planId);
    if (!stored) throw new DomainError('not_found', 'unknown plan');
    const plan = { ...stored, ...input.details };
    if (input.metadata) plan.metadata = mergeMetadata(stored.metadata, input.metadata);
    if (input.amountMinor !== undefined && input.amountMinor !== stored.amountMinor) {
      plan.currentPriceId = newId('price');
      plan.priceVersion = stored.priceVersion + 1;
      plan.amountMinor = input.amountMinor;
      const { model, amountMinor, currency, intervalUnit, intervalCount } = plan;
      const terms = { model, amountMinor, currency, intervalUnit, intervalCount };
      const version = { id: plan.currentPriceId, planId, version: plan.priceVersion };
      await insertPrice(tx, { tenantId, ...version, ...terms, createdAt: tx.now });
    }
    const change = describeChange(stored, plan, toldOfPlan);
    if (change.changed.length > 0) {
      plan.updatedAt = tx.now;
      await updatePlan(tx, plan);
      await insertAudits(tx, caller, [{ action: 'plan.changed', resourceId: planId, details: { ...change } }]);
    }
    return { status: 200, body: renderPlan(plan) };
  });
}
