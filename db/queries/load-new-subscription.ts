import type { CustomerId, PaymentMethodId, PlanId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { PaymentMethodRow } from './billing-rows.ts';
import { priceOf, type TenantSettings, type TenantStatus } from './load-subscription.ts';
import type { PricedPlan } from './prices.ts';

export interface NewSubscriptionFacts {
  customer: {
    id: CustomerId;
    status: 'active' | 'inactive';
    timezone: string;
    defaultPaymentMethodId: PaymentMethodId | null;
  } | null;
  plan:
    | (PricedPlan & { trialPeriodDays: number; maxSubscriptions: number | null; maxPerCustomer: number | null })
    | null;
  /** The method named, else the customer's default. */
  method: PaymentMethodRow | null;
  settings: TenantSettings;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
  /** How many live ones the operator allows; null: any number. */
  subscriptionsMax: number | null;
  tenantClockAt: Instant | null;
}

type PlanRow = Omit<NonNullable<NewSubscriptionFacts['plan']>, 'price'> & Parameters<typeof priceOf>[0];

interface TenantFactsRow {
  settings: TenantSettings;
  mode: 'sandbox' | 'live';
  status: TenantStatus;
  subscriptionsMax: number | null;
  frozenAt: Instant | null;
}

/** Everything a create is checked against, in one round trip. A plan with a limit is locked, so that the limit holds under parallel creates. */
export async function loadNewSubscriptionFacts(
  tx: TenantTransaction,
  wanted: { customerId: CustomerId; planId: PlanId; paymentMethodId: PaymentMethodId | null },
): Promise<NewSubscriptionFacts> {
  const { sql, tenantId } = tx;
  const [[customer], [plan], [method], [tenant]] = await Promise.all([
    sql<NonNullable<NewSubscriptionFacts['customer']>[]>`
      select id, status, timezone, default_payment_method_id from customers
      where tenant_id = ${tenantId} and id = ${wanted.customerId}`,
    sql<PlanRow[]>`
      select p.name as plan_name, p.status as plan_status, p.plan_group, p.trial_period_days, p.max_subscriptions,
             p.max_per_customer, r.id, r.plan_id, r.version, r.model, r.amount_minor, r.currency, r.interval_unit,
             r.interval_count
      from plans p join prices r on r.tenant_id = p.tenant_id and r.id = p.current_price_id
      where p.tenant_id = ${tenantId} and p.id = ${wanted.planId}`,
    sql<PaymentMethodRow[]>`
      select m.* from customers c join payment_methods m
        on m.tenant_id = c.tenant_id and m.customer_id = c.id and m.status = 'active'
       and m.id = coalesce(${wanted.paymentMethodId}, c.default_payment_method_id)
      where c.tenant_id = ${tenantId} and c.id = ${wanted.customerId}`,
    sql<TenantFactsRow[]>`
      select t.settings, t.mode, t.status, (t.limits->>'subscriptions')::int as subscriptions_max, k.frozen_at from tenants t
      left join test_clocks k on k.tenant_id = t.tenant_id and k.scope = 'tenant'
      where t.tenant_id = ${tenantId}`,
  ]);
  return {
    customer: customer ?? null,
    plan: plan
      ? {
          planName: plan.planName,
          planStatus: plan.planStatus,
          planGroup: plan.planGroup,
          trialPeriodDays: plan.trialPeriodDays,
          maxSubscriptions: plan.maxSubscriptions,
          maxPerCustomer: plan.maxPerCustomer,
          price: priceOf(plan),
        }
      : null,
    method: method ?? null,
    settings: tenant?.settings ?? {},
    tenantMode: tenant?.mode ?? 'sandbox',
    tenantStatus: tenant?.status ?? 'deleted',
    subscriptionsMax: tenant?.subscriptionsMax ?? null,
    tenantClockAt: tenant?.frozenAt ?? null,
  };
}

/** Live subscriptions of a plan; the plan's row is locked first, so that two creates cannot both take the last place. */
export async function countLive(
  tx: TenantTransaction,
  planId: PlanId,
  customerId: CustomerId,
): Promise<{ ofPlan: number; ofCustomer: number }> {
  const { sql, tenantId } = tx;
  await sql`select 1 from plans where tenant_id = ${tenantId} and id = ${planId} for update`;
  const [row] = await sql<[{ ofPlan: number; ofCustomer: number }]>`
    select count(*)::int as of_plan, count(*) filter (where customer_id = ${customerId})::int as of_customer
    from subscriptions where tenant_id = ${tenantId} and plan_id = ${planId} and status not in ('canceled', 'expired', 'payment_failed')`;
  return row;
}

export async function hasLiveInGroup(tx: TenantTransaction, customerId: CustomerId, group: string): Promise<boolean> {
  const { sql, tenantId } = tx;
  const rows = await sql`
    select 1 from subscriptions where tenant_id = ${tenantId} and customer_id = ${customerId} and plan_group = ${group}
      and status not in ('canceled', 'expired', 'payment_failed') limit 1`;
  return rows.length > 0;
}
