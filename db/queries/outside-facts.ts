import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { Sql } from '../database.ts';

/** What PostgreSQL says about a fact that somebody else, a provider or the engine, has an account of too. Read as the owner. */

/** Whom each tenant's attempts went to; the sandbox knows every tenant. */
export function listChargingProviders(
  owner: Sql,
  tenantId: TenantId | null,
): Promise<{ tenantId: TenantId; provider: string }[]> {
  return owner`
    select tenant_id, 'sandbox' as provider from tenants where ${tenantId}::text is null or tenant_id = ${tenantId}
    union
    select distinct tenant_id, provider from payment_attempts where ${tenantId}::text is null or tenant_id = ${tenantId}
    order by tenant_id, provider`;
}

/** An attempt a provider may have charged, and what has been refunded of it. */
export interface ChargedAttempt {
  id: string;
  status: AttemptStatus;
  providerChargeId: string | null;
  amountMinor: number;
  currency: string;
  leaseUntil: Instant | null;
  firstSentAt: Instant | null;
  refundedMinor: number;
  /** Requested of the provider, not decided yet. */
  refundingMinor: number;
}

export function listChargedAttempts(owner: Sql, tenantId: TenantId, provider: string): Promise<ChargedAttempt[]> {
  return owner<ChargedAttempt[]>`
    select a.id, a.status, a.provider_charge_id, a.amount_minor, a.currency, a.lease_until, a.first_sent_at,
           coalesce(sum(r.amount_minor) filter (where r.status = 'succeeded'), 0)::bigint as refunded_minor,
           coalesce(sum(r.amount_minor) filter (where r.status in ('sent', 'unknown', 'pending', 'needs_review')), 0)::bigint
             as refunding_minor
    from payment_attempts a
    left join refunds r on r.tenant_id = a.tenant_id and r.attempt_id = a.id
    where a.tenant_id = ${tenantId} and a.provider = ${provider}
    group by a.tenant_id, a.id`;
}

/** A row with a workflow: a subscription, a payment without one, or a refund. */
export interface WorkflowRow {
  tenantId: TenantId;
  id: string;
  kind: 'subscription' | 'payment' | 'refund';
}

export function refOfRow({ tenantId, id, kind }: WorkflowRow): WorkflowRef {
  return kind === 'subscription' ? { tenantId, subscriptionId: id } : { tenantId, carrierId: id, carries: kind };
}

/** What such a row expects of its workflow. */
export interface EngineFact extends WorkflowRow {
  status: string;
  nextKind: string;
  /** Terminal, and nothing at any provider is undecided. */
  isEnded: boolean;
  hasIntent: boolean;
  idleMs: number;
}

interface Range {
  tenantId: TenantId | null;
  /** Only those behind it, in the order of tenant and id. */
  after: { tenantId: string; id: string };
  limit: number;
}

export function pageEngineFacts(owner: Sql, range: Range): Promise<EngineFact[]> {
  const { after } = range;
  const inRange = owner`(s.tenant_id, s.id) > (${after.tenantId}, ${after.id})
      and (${range.tenantId}::text is null or s.tenant_id = ${range.tenantId})`;
  return owner<EngineFact[]>`
    (select ${factColumns(owner)} from subscriptions s where ${inRange} order by s.tenant_id, s.id limit ${range.limit})
    union all
    (select ${carrierColumns(owner)} from carriers s where ${inRange} order by s.tenant_id, s.id limit ${range.limit})
    order by tenant_id, id
    limit ${range.limit}`;
}

export async function readEngineFact(owner: Sql, tenantId: string, id: string): Promise<EngineFact | null> {
  const [fact] = await owner<EngineFact[]>`
    select ${factColumns(owner)} from subscriptions s where s.tenant_id = ${tenantId} and s.id = ${id}
    union all
    select ${carrierColumns(owner)} from carriers s where s.tenant_id = ${tenantId} and s.id = ${id}`;
  return fact ?? null;
}

function factColumns(owner: Sql) {
  return owner`
    s.tenant_id, s.id, 'subscription' as kind, s.status, s.next_kind,
    s.status = any(${terminalStatuses as string[]}::text[])
      and not exists (select 1 from payment_attempts a where a.tenant_id = s.tenant_id and a.subscription_id = s.id
        and a.status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review')) as is_ended,
    exists (select 1 from intents i where i.tenant_id = s.tenant_id and i.subscription_id = s.id) as has_intent,
    (extract(epoch from clock_timestamp() - s.updated_at) * 1000)::float8 as idle_ms`;
}

function carrierColumns(owner: Sql) {
  return owner`
    s.tenant_id, s.id, s.kind, case when s.has_open_work then 'open' else 'done' end as status, s.next_kind,
    not s.has_open_work as is_ended,
    exists (select 1 from intents i where i.tenant_id = s.tenant_id and i.carrier_id = s.id) as has_intent,
    (extract(epoch from clock_timestamp() - s.updated_at) * 1000)::float8 as idle_ms`;
}

/** Rows whose workflow has something to do or to wait for: all that is needed to rebuild the engine's store. */
export function pagePending(
  owner: Sql,
  after: { tenantId: string; id: string },
  limit: number,
): Promise<WorkflowRow[]> {
  return owner<WorkflowRow[]>`
    select * from (
      select tenant_id, id, 'subscription' as kind from subscriptions where next_kind <> 'none'
      union all
      select tenant_id, id, kind from carriers where next_kind <> 'none') pending
    where (tenant_id, id) > (${after.tenantId}, ${after.id})
    order by tenant_id, id
    limit ${limit}`;
}
