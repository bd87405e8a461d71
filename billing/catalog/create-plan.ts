import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { insertPlan, type PlanRow, type PriceRow } from '../../db/queries/plans.ts';
import { refuseOverQuota } from '../../db/queries/quotas.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderPlan } from './render-plan.ts';

export interface CreatePlanInput {
  name: string;
  description: string | null;
  group: string | null;
  price: Pick<PriceRow, 'model' | 'amountMinor' | 'currency' | 'intervalUnit' | 'intervalCount'>;
  trialPeriodDays: number;
  maxSubscriptions: number | null;
  maxPerCustomer: number | null;
  metadata: Record<string, string>;
}

/** R30: a plan and the first version of its price. */
export function createPlan(context: BillingContext, call: Call, input: CreatePlanInput): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    await refuseOverQuota(tx, 'plans');
    const priceId = newId('price');
    const plan: PlanRow = {
      tenantId,
      id: newId('plan'),
      name: input.name,
      description: input.description,
      planGroup: input.group,
      status: 'active',
      currentPriceId: priceId,
      trialPeriodDays: input.trialPeriodDays,
      maxSubscriptions: input.maxSubscriptions,
      maxPerCustomer: input.maxPerCustomer,
      metadata: input.metadata,
      createdAt: tx.now,
      updatedAt: tx.now,
    };
    await insertPlan(tx, plan, {
      tenantId,
      id: priceId,
      planId: plan.id,
      version: 1,
      ...input.price,
      createdAt: tx.now,
    });
    const { amountMinor, currency, intervalUnit, intervalCount } = input.price;
    const after = { amount_minor: amountMinor, currency, interval_unit: intervalUnit, interval_count: intervalCount };
    const details = { price_id: priceId, after: { name: plan.name, ...after } };
    await insertAudits(tx, caller, [{ action: 'plan.created', resourceId: plan.id, details }]);
    return { status: 201, body: renderPlan({ ...plan, ...input.price, priceVersion: 1 }) };
  });
}
