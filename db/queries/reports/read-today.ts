import type { TenantId } from '../../../domain/ids.ts';
import { toIso } from '../../../domain/instant.ts';
import { lastDays } from '../../../domain/reports/report-days.ts';
import type { TenantDatabase, TenantTransaction } from '../../with-tenant.ts';
import { countRefundsToRepair } from '../refunds.ts';
import { type ReportScope, withReport } from './with-report.ts';

/** What waits for a person. */
export interface Needs {
  /** Failed ones that are still owed, also while they are tried again. */
  failedPayments: number;
  pastDueSubscriptions: number;
  parkedSubscriptions: number;
  /** Payments with an attempt whose outcome nobody knows, those that only a person can decide among them. */
  unknownOutcomes: number;
  needsReview: number;
  refundRequests: number;
  /** Parked, or with an outcome that only a person finds out. */
  refundsToRepair: number;
  deadLetters: number;
  openDisputes: number;
}

/** Renewals, and first charges after a trial, whose boundary is today. */
export interface RenewalsOfDay {
  due: number;
  done: number;
  failed: number;
  held: number;
}

export interface Today {
  scope: ReportScope;
  date: string;
  needs: Needs;
  renewals: RenewalsOfDay;
}

export function readToday(database: TenantDatabase, tenantId: TenantId): Promise<Today> {
  return withReport(database, tenantId, async (tx, scope) => {
    const { dates, bounds } = lastDays(scope.now, scope.zone, 1);
    const [needs, refundsToRepair, renewals] = await Promise.all([
      ...([readNeeds(tx), countRefundsToRepair(tx)] as const),
      readRenewals(tx, scope, bounds.map(toIso)),
    ]);
    return { scope, date: dates[0] ?? '', needs: { ...needs, refundsToRepair }, renewals };
  });
}

async function readNeeds({ sql, tenantId }: TenantTransaction): Promise<Omit<Needs, 'refundsToRepair'>> {
  const [row] = await sql<[Omit<Needs, 'refundsToRepair'>]>`
    select
      (select count(*) from payments p join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
       where p.tenant_id = ${tenantId} and p.first_failed_at is not null
         and p.status in ('failed', 'failed_permanent', 'retrying') and i.status = 'open')::integer as failed_payments,
      s.past_due::integer as past_due_subscriptions, s.parked::integer as parked_subscriptions,
      a.unknown::integer as unknown_outcomes, a.needs_review::integer as needs_review,
      (select count(*) from refund_requests where tenant_id = ${tenantId} and status = 'open')::integer as refund_requests,
      (select count(*) from inbox
       where tenant_id = ${tenantId} and error is not null and status = 'dead')::integer as dead_letters,
      (select count(*) from disputes where tenant_id = ${tenantId} and status = 'open')::integer as open_disputes
    from (select count(*) filter (where status = 'past_due') as past_due, count(parked_at) as parked
          from subscriptions where tenant_id = ${tenantId}) s,
         (select count(distinct payment_id) as unknown,
                 count(distinct payment_id) filter (where status = 'needs_review') as needs_review
          from payment_attempts where tenant_id = ${tenantId} and status in ('unknown', 'needs_review')) a`;
  return row;
}

/**
 * A subscription whose period begins or ends today has at most one boundary in the day, so its billing run is found by its key.
 * Due: not opened, or its charge is under way. Done: paid. Failed: opened and not paid, whether it is tried again or not.
 * Held: parked, paused with its invoice open, or of a tenant that is not active.
 */
async function readRenewals(
  { sql, tenantId }: TenantTransaction,
  { isHeld }: ReportScope,
  [from, to]: readonly string[],
): Promise<RenewalsOfDay> {
  const day = { from: from ?? '', to: to ?? '' };
  const [row] = await sql<[RenewalsOfDay]>`
    select count(*) filter (where outcome = 'due')::integer as due, count(*) filter (where outcome = 'done')::integer as done,
           count(*) filter (where outcome = 'failed')::integer as failed, count(*) filter (where outcome = 'held')::integer as held
    from (
      select case
          when b.status = 'settled' then 'done'
          when b.status = 'void' and (s.status = 'paused' or s.cancel_reason = 'payment_failed') then 'failed'
          when b.status in ('void', 'skipped') then null
          when b.status is null and not (
            s.status in ('active', 'trialing') and s.period_end_at >= ${day.from} and s.period_end_at < ${day.to}
            and (s.cancel_at is null or s.cancel_at > s.period_end_at)) then null
          when ${isHeld} or s.parked_at is not null or s.status = 'paused' then 'held'
          when s.status = 'past_due' then 'failed'
          else 'due'
        end as outcome
      from subscriptions s
      left join billing_runs b on b.tenant_id = s.tenant_id and b.subscription_id = s.id
        and b.boundary_at >= ${day.from} and b.boundary_at < ${day.to}
        and (b.kind = 'renewal' or (b.kind = 'first' and b.boundary_at = s.trial_end_at))
      where s.tenant_id = ${tenantId}
        and (s.period_start_at >= ${day.from} and s.period_start_at < ${day.to}
          or s.period_end_at >= ${day.from} and s.period_end_at < ${day.to})) renewals`;
  return row;
}
