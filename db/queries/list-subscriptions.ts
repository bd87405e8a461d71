import type { CustomerId, PlanId, SubscriptionId } from '../../domain/ids.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { SubscriptionRow } from './billing-rows.ts';

/** Unpaid subscriptions that a customer's new default method concerns. */
export async function listSubscriptionsOfDefaultMethod(
  tx: TenantTransaction,
  customerId: CustomerId,
): Promise<SubscriptionId[]> {
  const rows = await tx.sql<{ id: SubscriptionId }[]>`
    select id from subscriptions
    where tenant_id = ${tx.tenantId} and customer_id = ${customerId}
      and (status = 'past_due' or (status = 'incomplete' and collection = 'dunning'))
    order by id`;
  return rows.map(({ id }) => id);
}

export interface SubscriptionFilter {
  customerId?: CustomerId;
  planId?: PlanId;
  /** As rendered: `payment_failed` includes an incomplete one in dunning. */
  status?: string;
  groupId?: string;
  limit: number;
  /** Ids below it; ids sort by the time they were made. */
  cursor?: string;
}

/** Newest first; one row more than `limit` says that there are more. */
export async function listSubscriptionRows(
  tx: TenantTransaction,
  filter: SubscriptionFilter,
): Promise<SubscriptionRow[]> {
  const { sql, tenantId } = tx;
  const { status } = filter;
  const rendered = sql`case when status = 'incomplete' and collection = 'dunning' then 'payment_failed' else status end`;
  const rows = await sql<SubscriptionRow[]>`
    select * from subscriptions
    where tenant_id = ${tenantId}
      ${filter.customerId ? sql`and customer_id = ${filter.customerId}` : sql``}
      ${filter.planId ? sql`and plan_id = ${filter.planId}` : sql``}
      ${filter.groupId ? sql`and group_id = ${filter.groupId}` : sql``}
      ${status ? sql`and ${rendered} = ${status}` : sql``}
      ${filter.cursor ? sql`and id < ${filter.cursor}` : sql``}
    order by id desc limit ${filter.limit + 1}`;
  return [...rows];
}
