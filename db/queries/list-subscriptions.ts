import type { CustomerId, PlanId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Statement } from '../database.ts';
import { readAsTenant, type TenantDatabase, type TenantTransaction } from '../with-tenant.ts';
import { readOf, type SubscriptionRead, selectSubscriptions } from './read-subscription.ts';

/** Unpaid subscriptions that a customer's new default method concerns; none is missed under the customer's lock. */
export function listSubscriptionsOfDefaultMethod(
  tx: TenantTransaction,
  customerId: CustomerId,
): Promise<SubscriptionId[]> {
  return tx.sql<{ id: SubscriptionId }[]>`
    select id from subscriptions
    where tenant_id = ${tx.tenantId} and customer_id = ${customerId}
      and (status = 'past_due' or (status = 'incomplete' and collection = 'dunning'))
    order by id`.then((rows) => rows.map(({ id }) => id));
}

export interface SubscriptionFilter {
  customerId?: CustomerId;
  planId?: PlanId;
  /** As rendered: `payment_failed` includes an incomplete one in dunning. */
  status?: string;
  groupId?: string;
  /** Parked. */
  needsAttention?: boolean;
  onTestClock?: boolean;
  /** `[nextChargeFrom, nextChargeTo)`. */
  nextChargeFrom?: Instant;
  nextChargeTo?: Instant;
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
      select * from subscriptions s
      where tenant_id = ${tenantId}
        ${filter.customerId ? sql`and customer_id = ${filter.customerId}` : sql``}
        ${filter.planId ? sql`and plan_id = ${filter.planId}` : sql``}
        ${filter.groupId ? sql`and group_id = ${filter.groupId}` : sql``}
        ${status ? sql`and ${rendered} = ${status}` : sql``}
        ${filter.needsAttention === undefined ? sql`` : sql`and (parked_at is not null) = ${filter.needsAttention}`}
        ${
          filter.onTestClock === undefined
            ? sql``
            : sql`and exists (select 1 from test_clocks k where k.tenant_id = s.tenant_id and k.scope = s.id) = ${filter.onTestClock}`
        }
        ${filter.nextChargeFrom === undefined ? sql`` : sql`and ${nextChargeAt(sql)} >= ${filter.nextChargeFrom}`}
        ${filter.nextChargeTo === undefined ? sql`` : sql`and ${nextChargeAt(sql)} < ${filter.nextChargeTo}`}
        ${filter.cursor ? sql`and id < ${filter.cursor}` : sql``}
      order by id desc limit ${filter.limit + 1}`;
    return selectSubscriptions(sql, page).then((rows) => rows.map(readOf));
  });
}

/**
 * The instant of `next_charge`, as `nextChargeOf` and the forecast have it: an unpaid invoice's next try, else the boundary the next
 * period begins at, unless the subscription ends by then. Only rows with something open are looked up further.
 */
function nextChargeAt(sql: Sql) {
  const ofOpen = (what: Statement) => sql`case when has_open_work then (${what}) end`;
  const retryAt = ofOpen(sql`
    select p.retry_at from payments p
    where p.tenant_id = s.tenant_id and p.subscription_id = s.id and p.retry_at is not null
    order by p.id limit 1`);
  const invoicedUntil = ofOpen(sql`
    select r.period_end_at from billing_runs r
    where r.tenant_id = s.tenant_id and r.subscription_id = s.id and r.status = 'open'
    order by r.boundary_at limit 1`);
  const boundary = sql`case
    when status in ('canceled', 'expired', 'payment_failed') then null
    when status = 'paused' then coalesce(
      ${invoicedUntil} + (resumes_at - paused_at),
      resumes_at + greatest(coalesce(pause_remaining_ms, 0), 1) * interval '1 millisecond')
    when status = 'scheduled' then coalesce(trial_end_at, starts_at)
    else coalesce(${invoicedUntil}, period_end_at, trial_end_at, starts_at) end`;
  return sql`coalesce(${retryAt}, case when ${boundary} < coalesce(cancel_at, 'infinity') then ${boundary} end)`;
}
