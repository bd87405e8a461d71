import type { CustomerId, PlanId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Sql } from '../database.ts';
import { readAsTenant, type TenantDatabase } from '../with-tenant.ts';
import { readOf, type SubscriptionRead, selectSubscriptions } from './read-subscription.ts';

/** Unpaid subscriptions that a customer's new default method concerns. */
export function listSubscriptionsOfDefaultMethod(
  sql: Sql,
  tenantId: TenantId,
  customerId: CustomerId,
): Promise<SubscriptionId[]> {
  return sql<{ id: SubscriptionId }[]>`
    select id from subscriptions
    where tenant_id = ${tenantId} and customer_id = ${customerId}
      and (status = 'past_due' or (status = 'incomplete' and collection = 'dunning'))
    order by id`.then((rows) => rows.map(({ id }) => id));
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

/** Newest first, in one round trip; one row more than `limit` says that there are more. */
export function listSubscriptionRows(
  database: TenantDatabase,
  tenantId: TenantId,
  filter: SubscriptionFilter,
): Promise<SubscriptionRead[]> {
  const { status } = filter;
  return readAsTenant(database, tenantId, (sql) => {
    const rendered = sql`case when status = 'incomplete' and collection = 'dunning' then 'payment_failed' else status end`;
    const page = sql`
      select * from subscriptions
      where tenant_id = ${tenantId}
        ${filter.customerId ? sql`and customer_id = ${filter.customerId}` : sql``}
        ${filter.planId ? sql`and plan_id = ${filter.planId}` : sql``}
        ${filter.groupId ? sql`and group_id = ${filter.groupId}` : sql``}
        ${status ? sql`and ${rendered} = ${status}` : sql``}
        ${filter.cursor ? sql`and id < ${filter.cursor}` : sql``}
      order by id desc limit ${filter.limit + 1}`;
    return selectSubscriptions(sql, page).then((rows) => rows.map(readOf));
  });
}
