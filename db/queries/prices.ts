import type { PlanId, PriceId } from '../../domain/ids.ts';
import type { Price } from '../../domain/pricing/price.ts';
import type { PendingChange } from '../../domain/subscriptions/subscription.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { priceOf } from './load-subscription.ts';

export interface PricedPlan {
  planName: string;
  planStatus: 'active' | 'archived';
  planGroup: string | null;
  price: Price;
}

type PricedPlanRow = Omit<PricedPlan, 'price'> & Parameters<typeof priceOf>[0];

/** A price version with its plan; null when the tenant has no such price. */
export async function loadPrice(tx: TenantTransaction, priceId: PriceId): Promise<PricedPlan | null> {
  const [row] = await tx.sql<PricedPlanRow[]>`
    select p.name as plan_name, p.status as plan_status, p.plan_group, r.id, r.plan_id, r.version, r.model, r.amount_minor,
           r.currency, r.interval_unit, r.interval_count
    from prices r join plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
    where r.tenant_id = ${tx.tenantId} and r.id = ${priceId}`;
  return row ? pricedPlan(row) : null;
}

/** What is sold from the period's end on, where a change waits for it; null where none changes that. */
export async function loadPlanAtPeriodEnd(
  tx: TenantTransaction,
  change: PendingChange | null,
): Promise<PricedPlan | null> {
  return change?.waitsFor === 'period_end' && change.priceId !== null ? loadPrice(tx, change.priceId) : null;
}

/** A plan with the price new subscriptions get. */
export async function loadPlanWithPrice(tx: TenantTransaction, planId: PlanId): Promise<PricedPlan | null> {
  const [row] = await tx.sql<PricedPlanRow[]>`
    select p.name as plan_name, p.status as plan_status, p.plan_group, r.id, r.plan_id, r.version, r.model, r.amount_minor,
           r.currency, r.interval_unit, r.interval_count
    from plans p join prices r on r.tenant_id = p.tenant_id and r.id = p.current_price_id
    where p.tenant_id = ${tx.tenantId} and p.id = ${planId}`;
  return row ? pricedPlan(row) : null;
}

function pricedPlan(row: PricedPlanRow): PricedPlan {
  return { planName: row.planName, planStatus: row.planStatus, planGroup: row.planGroup, price: priceOf(row) };
}
