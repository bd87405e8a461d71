import type { PlanBody } from '../../contracts/rest/plans.ts';
import type { PlanWithPrice } from '../../db/queries/plans.ts';
import { toIso } from '../../domain/instant.ts';

export function renderPlan(plan: PlanWithPrice): PlanBody {
  return {
    plan_id: plan.id,
    name: plan.name,
    description: plan.description,
    amount: plan.amountMinor,
    currency: plan.currency,
    interval: plan.intervalUnit,
    interval_count: plan.intervalCount,
    pricing_model: plan.model,
    price_id: plan.currentPriceId,
    price_version: plan.priceVersion,
    trial_period_days: plan.trialPeriodDays,
    group: plan.planGroup,
    max_subscriptions: plan.maxSubscriptions,
    max_per_customer: plan.maxPerCustomer,
    status: plan.status,
    metadata: plan.metadata,
    created_at: toIso(plan.createdAt),
    updated_at: toIso(plan.updatedAt),
  };
}
