import type { TenantId } from '../../../domain/ids.ts';
import { DAY_MS, type Instant } from '../../../domain/instant.ts';
import type { RecurringAmount } from '../../../domain/reports/recurring-revenue.ts';
import { lastDays, type ReportDays } from '../../../domain/reports/report-days.ts';
import type { TenantDatabase, TenantTransaction } from '../../with-tenant.ts';
import { type DailyFigures, readDailyFigures } from './read-daily-figures.ts';
import { type ReportScope, withReport } from './with-report.ts';

/** Churn and recovery look back this far, whatever the length of the series. */
export const rateDays = 30;

export interface Overview {
  scope: ReportScope;
  /** By rendered status: `payment_failed` includes an incomplete one in dunning. */
  counts: ReadonlyMap<string, number>;
  recurring: readonly RecurringAmount[];
  churn: { activeAtStart: number; canceled: number };
  recovery: { failed: number; recovered: number };
  days: ReportDays;
  daily: DailyFigures;
}

export function readOverview(database: TenantDatabase, tenantId: TenantId, dayCount: number): Promise<Overview> {
  return withReport(database, tenantId, async (tx, scope) => {
    const days = lastDays(scope.now, scope.zone, dayCount);
    const since = scope.now - rateDays * DAY_MS;
    const [groups, churn, recovery, daily] = await Promise.all([
      readGroups(tx),
      readChurn(tx, { since, until: scope.now }),
      readRecovery(tx, { since, until: scope.now }),
      readDailyFigures(tx, days),
    ]);
    return { scope, counts: countsOf(groups), recurring: recurringOf(groups), churn, recovery, days, daily };
  });
}

interface Group {
  status: string;
  currency: string;
  unit: RecurringAmount['interval']['unit'];
  count: number;
  subscriptions: number;
  /** A sum may pass what an integer column holds, so it comes as text. */
  amount: string;
}

async function readGroups({ sql, tenantId }: TenantTransaction): Promise<Group[]> {
  const rows = await sql<Group[]>`
    select case when s.status = 'incomplete' and s.collection = 'dunning' then 'payment_failed' else s.status end as status,
           s.currency, r.interval_unit as unit, r.interval_count as count, count(*)::integer as subscriptions,
           sum(case r.model when 'flat' then r.amount_minor else r.amount_minor * s.quantity end)::text as amount
    from subscriptions s join prices r on r.tenant_id = s.tenant_id and r.id = s.price_id
    where s.tenant_id = ${tenantId}
    group by 1, 2, 3, 4`;
  return [...rows];
}

function countsOf(groups: readonly Group[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status, subscriptions } of groups) counts.set(status, (counts.get(status) ?? 0) + subscriptions);
  return counts;
}

/**
 * What recurs: of active subscriptions and of those past due, which owe it, each by the price version and the quantity it has.
 * Not of trials, paused, scheduled and incomplete ones, nor of what has ended; one that will end counts until it does. Credit
 * balances, prorations and invoices by hand do not recur, and discounts there are none.
 */
function recurringOf(groups: readonly Group[]): RecurringAmount[] {
  return groups
    .filter(({ status }) => status === 'active' || status === 'past_due')
    .map(({ currency, unit, count, subscriptions, amount }) => ({
      ...{ currency, interval: { unit, count }, subscriptions, amountMinor: BigInt(amount) },
    }));
}

interface Window {
  since: Instant;
  until: Instant;
}

/**
 * Of the subscriptions that were under way and past their trial when the window began, those canceled within it. Whether one
 * was paused at that time is not kept: it counts as a subscriber all the same.
 */
async function readChurn({ sql, tenantId }: TenantTransaction, { since, until }: Window): Promise<Overview['churn']> {
  const [row] = await sql<[Overview['churn']]>`
    select count(*)::integer as active_at_start,
           count(*) filter (where canceled_at <= ${until})::integer as canceled
    from subscriptions
    where tenant_id = ${tenantId} and period_start_at is not null and status <> 'expired'
      and coalesce(trial_end_at, starts_at) <= ${since} and (canceled_at is null or canceled_at > ${since})`;
  return row;
}

/**
 * Of the invoices whose first attempt failed within the window, those paid since. Without what is not tried again: refused
 * sign-ups, and charges of an upgrade.
 */
async function readRecovery(
  { sql, tenantId }: TenantTransaction,
  { since, until }: Window,
): Promise<Overview['recovery']> {
  const [row] = await sql<[Overview['recovery']]>`
    select count(*)::integer as failed, count(*) filter (where i.status = 'paid')::integer as recovered
    from payments p
    join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    left join subscriptions s on s.tenant_id = p.tenant_id and s.id = p.subscription_id
    where p.tenant_id = ${tenantId} and p.first_failed_at > ${since} and p.first_failed_at <= ${until}
      and i.kind <> 'proration' and s.status is distinct from 'payment_failed'
      and not exists (
        select 1 from payments e
        where e.tenant_id = p.tenant_id and e.invoice_id = p.invoice_id
          and (e.first_failed_at, e.id) < (p.first_failed_at, p.id))`;
  return row;
}
