import type { Anchor } from '../../domain/calendar/anchor.ts';
import type { PlanId, PriceId, SubscriptionId } from '../../domain/ids.ts';
import type { Price } from '../../domain/pricing/price.ts';
import type { Clock } from '../../domain/subscriptions/what-comes-next.ts';
import type { Transaction } from '../database.ts';
import type { AttemptRow, BillingRunRow, InvoiceRow, PaymentRow, SubscriptionRow } from './billing-rows.ts';

/** What surrounds a locked row; `anchor.ordinal` counts the anchors so far. */
export interface SubscriptionSurroundings {
  planName: string;
  price: Price;
  anchor: (Anchor & { ordinal: number }) | null;
  clock: Clock | null;
  settings: TenantSettings;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
  /** −1 before the first billing run. */
  lastRunOrdinal: number;
}

/** Only an active one is charged for; what is at a provider already is seen to whatever it is. */
export type TenantStatus = 'active' | 'suspended' | 'deleting' | 'deleted';

/** A tenant's policy as stored; absent members have the platform's default. */
export interface TenantSettings {
  dunning?: { baseDelayMs?: number; attemptCountMax?: number; finalAction?: 'cancel' | 'pause' | 'leave_past_due' };
  catchUp?: 'all' | 'latest';
  renewalJitterMs?: number;
  /** The most that one charge or invoice made by hand may take: of every currency, or by currency code. */
  amountMaxMinor?: number | Record<string, number>;
  disputes?: { onOpen?: DisputePolicy; onLost?: DisputePolicy };
}

/** R43: what becomes of the subscription. */
export type DisputePolicy = 'nothing' | 'pause' | 'cancel';

export interface OpenWork {
  runs: BillingRunRow[];
  invoices: InvoiceRow[];
  payments: PaymentRow[];
  attempts: AttemptRow[];
}

/** Nothing undecided. */
export function noOpenWork(): OpenWork {
  return { runs: [], invoices: [], payments: [], attempts: [] };
}

export async function lockSubscription(sql: Transaction, id: SubscriptionId): Promise<SubscriptionRow | null> {
  const [row] = await sql<SubscriptionRow[]>`select * from subscriptions where id = ${id} for update`;
  return row ?? null;
}

/** The row's lock and its version; null when there is no such row. */
export async function lockVersion(sql: Transaction, id: SubscriptionId): Promise<number | null> {
  const [row] = await sql<{ version: number }[]>`select version from subscriptions where id = ${id} for update`;
  return row?.version ?? null;
}

interface SurroundingsRow {
  planName: string;
  id: PriceId;
  planId: PlanId;
  version: number;
  model: 'flat' | 'per_unit';
  amountMinor: number;
  currency: string;
  intervalUnit: Price['interval']['unit'];
  intervalCount: number;
  localDate: string | null;
  localTime: string;
  zone: string;
  ordinal: number;
  frozenAt: number | null;
  targetAt: number | null;
  settings: TenantSettings;
  mode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
  lastRunOrdinal: number;
}

/** Read after the lock: a joined row of the locking statement could be older than the lock. */
export async function loadSurroundings(sql: Transaction, sub: SubscriptionRow): Promise<SubscriptionSurroundings> {
  const [row] = await sql<[SurroundingsRow]>`
    select p.name as plan_name, r.id, r.plan_id, r.version, r.model, r.amount_minor, r.currency, r.interval_unit,
           r.interval_count, a.local_date, a.local_time, a.zone, a.ordinal, k.frozen_at, k.target_at, t.settings, t.mode,
           t.status as tenant_status,
           (select coalesce(max(ordinal), -1) from billing_runs
            where tenant_id = r.tenant_id and subscription_id = ${sub.id}) as last_run_ordinal
    from prices r
    join plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
    join tenants t on t.tenant_id = r.tenant_id
    left join test_clocks k on k.tenant_id = r.tenant_id and k.scope = ${sub.id}
    left join lateral (
      select * from subscription_anchors where tenant_id = r.tenant_id and subscription_id = ${sub.id}
      order by ordinal desc limit 1) a on true
    where r.tenant_id = ${sub.tenantId} and r.id = ${sub.priceId}`;
  return {
    planName: row.planName,
    price: priceOf(row),
    anchor:
      row.localDate === null
        ? null
        : { localDate: row.localDate, localTime: row.localTime, zone: row.zone, ordinal: row.ordinal },
    clock: row.frozenAt === null ? null : { frozenAt: row.frozenAt, targetAt: row.targetAt },
    settings: row.settings,
    tenantMode: row.mode,
    tenantStatus: row.tenantStatus,
    lastRunOrdinal: row.lastRunOrdinal,
  };
}

export function priceOf(
  row: Pick<
    SurroundingsRow,
    'id' | 'planId' | 'version' | 'model' | 'amountMinor' | 'currency' | 'intervalUnit' | 'intervalCount'
  >,
): Price {
  return {
    id: row.id,
    planId: row.planId,
    version: row.version,
    model: row.model,
    amountMinor: row.amountMinor,
    currency: row.currency,
    interval: { unit: row.intervalUnit, count: row.intervalCount },
  };
}

/**
 * Everything undecided around one locked subscription, in as few round trips as the connection allows. The statuses are literals:
 * a plan made once for all parameters could not prove that a partial index covers them.
 */
export async function loadOpenWork(sql: Transaction, sub: SubscriptionRow): Promise<OpenWork> {
  const of = sql`tenant_id = ${sub.tenantId} and subscription_id = ${sub.id}`;
  const [runs, invoices, payments, attempts] = await Promise.all([
    sql<BillingRunRow[]>`select * from billing_runs where ${of} and status = 'open' order by boundary_at`,
    sql<InvoiceRow[]>`select * from invoices where ${of} and status in ('draft', 'open') order by id`,
    sql<
      PaymentRow[]
    >`select * from payments where ${of} and (status in ('pending', 'processing', 'failed', 'requires_action', 'retrying')
      or (status = 'failed_permanent' and dunning_ends_at is not null)) order by id`,
    sql<AttemptRow[]>`select * from payment_attempts where ${of} and 
      status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review') order by id`,
  ]);
  return {
    runs: [...runs],
    invoices: [...invoices],
    payments: [...payments],
    attempts: [...attempts],
  };
}
