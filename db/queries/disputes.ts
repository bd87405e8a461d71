import type { AttemptId, CustomerId, DisputeId, PaymentId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { DisputeStatus } from '../../domain/payments/dispute.ts';
import type { SubscriptionStatus } from '../../domain/subscriptions/subscription.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { AttemptRow, PaymentRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface DisputeRow {
  tenantId: TenantId;
  id: DisputeId;
  paymentId: PaymentId;
  attemptId: AttemptId;
  provider: string;
  providerDisputeId: string;
  status: DisputeStatus;
  amountMinor: number;
  currency: string;
  reason: string;
  openedAt: Instant;
  evidenceDueAt: Instant | null;
  createdAt: Instant;
  settledAt: Instant | null;
}

/** The attempt a dispute is about: by our own id, else by the provider's id of its charge. */
export async function findDisputedAttempt(
  tx: TenantTransaction,
  of: { provider: string; attemptId: AttemptId | null; providerChargeId: string | null },
): Promise<AttemptRow | null> {
  const { sql, tenantId } = tx;
  if (of.attemptId !== null) {
    const [own] = await sql<AttemptRow[]>`
      select * from payment_attempts
      where tenant_id = ${tenantId} and id = ${of.attemptId} and provider = ${of.provider}`;
    if (own) return own;
  }
  if (of.providerChargeId === null) return null;
  const [row] = await sql<AttemptRow[]>`
    select * from payment_attempts
    where tenant_id = ${tenantId} and provider = ${of.provider} and provider_charge_id = ${of.providerChargeId}
    order by id limit 1`;
  return row ?? null;
}

/** Read under the lock of the payment's subscription. */
export function listDisputesOf(tx: TenantTransaction, paymentId: PaymentId): Promise<DisputeRow[]> {
  return tx.sql<DisputeRow[]>`
    select * from disputes where tenant_id = ${tx.tenantId} and payment_id = ${paymentId} order by id`.then((rows) => [
    ...rows,
  ]);
}

export async function insertDispute(tx: TenantTransaction, row: DisputeRow): Promise<void> {
  await tx.sql`insert into disputes ${tx.sql(row as never)}`;
}

export async function settleDispute(tx: TenantTransaction, row: DisputeRow): Promise<void> {
  await tx.sql`update disputes set status = ${row.status}, settled_at = ${row.settledAt}
    where tenant_id = ${row.tenantId} and id = ${row.id}`;
}

/** What the ledger has of a payment's disputes, and what has gone back of it by refunds that are done. */
export async function readDisputeMoney(
  tx: TenantTransaction,
  payment: Pick<PaymentRow, 'id' | 'invoiceId'>,
): Promise<{ heldMinor: number; lostMinor: number; givenBackMinor: number }> {
  const { sql, tenantId } = tx;
  const [row] = await sql<[{ heldMinor: number; lostMinor: number; givenBackMinor: number }]>`
    select coalesce(sum(amount_minor) filter (where account = 'disputes'), 0)::bigint as held_minor,
           coalesce(sum(amount_minor) filter (where account = 'dispute_losses'), 0)::bigint as lost_minor,
           (select coalesce(sum(amount_minor), 0)::bigint from refunds
            where tenant_id = ${tenantId} and payment_id = ${payment.id} and status = 'succeeded') as given_back_minor
    from ledger_entries
    where tenant_id = ${tenantId} and invoice_id = ${payment.invoiceId} and payment_id = ${payment.id}`;
  return row;
}

/** As it is read: with whom it is of, and what it has come to there. */
export interface DisputeWithOwner extends DisputeRow {
  customerId: CustomerId;
  subscriptionId: SubscriptionId | null;
  subscription: { status: SubscriptionStatus; collection: 'normal' | 'dunning' } | null;
  reservedMinor: number;
}

const withOwner = (sql: Sql | Transaction) => sql`
  select d.*, p.customer_id, p.subscription_id, p.disputed_minor as reserved_minor,
         case when s.id is null then null else json_build_object('status', s.status, 'collection', s.collection) end as subscription
  from disputes d
  join payments p on p.tenant_id = d.tenant_id and p.id = d.payment_id
  left join subscriptions s on s.tenant_id = p.tenant_id and s.id = p.subscription_id`;

export function findDispute(sql: Sql | Transaction, id: DisputeId): Promise<DisputeWithOwner | null> {
  return sql<DisputeWithOwner[]>`${withOwner(sql)} where d.id = ${id}`.then(([row]) => row ?? null);
}

export function listDisputes(
  sql: Sql,
  filter: { status?: DisputeStatus; paymentId?: PaymentId },
  page: PageRequest,
): Promise<Page<DisputeWithOwner>> {
  return sql<DisputeWithOwner[]>`${withOwner(sql)} where true
      ${filter.status === undefined ? sql`` : sql`and d.status = ${filter.status}`}
      ${filter.paymentId === undefined ? sql`` : sql`and d.payment_id = ${filter.paymentId}`}
      ${page.beforeId === null ? sql`` : sql`and d.id < ${page.beforeId}`}
      order by d.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
