import type { CreditNoteId, CustomerId, InvoiceId, PaymentId, RefundId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { CreditableLine } from '../../domain/refunds/credit-note-lines.ts';
import type { RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { AttemptRow, RefundRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface OtherRefunds {
  reservedMinor: number;
  doneMinor: number;
  /** Of the same capture. */
  reservedOfCaptureMinor: number;
  doneOfCaptureMinor: number;
}

/** What the payment's refunds but this one reserve, and have given back. */
export async function sumOtherRefunds(
  tx: TenantTransaction,
  of: Pick<RefundRow, 'id' | 'paymentId' | 'attemptId'>,
): Promise<OtherRefunds> {
  const [row] = await tx.sql<[OtherRefunds]>`
    select coalesce(sum(amount_minor), 0)::bigint as reserved_minor,
           coalesce(sum(amount_minor) filter (where status = 'succeeded'), 0)::bigint as done_minor,
           coalesce(sum(amount_minor) filter (where attempt_id = ${of.attemptId}), 0)::bigint as reserved_of_capture_minor,
           coalesce(sum(amount_minor) filter (where attempt_id = ${of.attemptId} and status = 'succeeded'), 0)::bigint
             as done_of_capture_minor
    from refunds
    where tenant_id = ${tx.tenantId} and payment_id = ${of.paymentId} and id <> ${of.id}
      and status not in ('rejected', 'failed')`;
  return row;
}

/** A capture, and how much of it no refund has reserved. */
export type Refundable = AttemptRow & { leftMinor: number };

export async function listRefundable(tx: TenantTransaction, paymentId: PaymentId): Promise<Refundable[]> {
  return tx.sql<Refundable[]>`
    select a.*, a.amount_minor - (
        select coalesce(sum(amount_minor), 0)::bigint from refunds
        where tenant_id = a.tenant_id and attempt_id = a.id and status not in ('rejected', 'failed')) as left_minor
    from payment_attempts a
    where a.tenant_id = ${tx.tenantId} and a.payment_id = ${paymentId} and a.status = 'succeeded'
    order by left_minor desc, a.number`;
}

/**
 * The invoice's lines with what credit notes gave back of them, those aside whose refund came back. Captures that did not pay the
 * invoice are apart: what they give back is none of what it bills.
 */
export async function listCreditableLines(
  tx: TenantTransaction,
  of: { invoiceId: InvoiceId; attempt: AttemptRow },
): Promise<CreditableLine[]> {
  const { sql, tenantId } = tx;
  const { id, surplus } = of.attempt;
  return sql<CreditableLine[]>`
    select l.position, l.description, l.amount_minor,
           coalesce((
             select sum(c.amount_minor) from credit_note_lines c
             join credit_notes n on n.tenant_id = c.tenant_id and n.id = c.credit_note_id
             join refunds r on r.tenant_id = n.tenant_id and r.id = n.refund_id
             join payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
             where n.tenant_id = l.tenant_id and n.invoice_id = l.invoice_id and c.invoice_line_position = l.position
               and r.status <> 'failed'
               and (case when ${surplus} then a.id = ${id} else not a.surplus end)), 0)::bigint as credited_minor
    from invoice_lines l
    where l.tenant_id = ${tenantId} and l.invoice_id = ${of.invoiceId}
    order by l.position`;
}

/** As it is read back; with the document behind it once it is done. */
export type RefundWithNote = RefundRow & { creditNoteId: CreditNoteId | null };

const withNote = (sql: Sql | Transaction) => sql`
  select r.*, n.id as credit_note_id from refunds r
  left join credit_notes n on n.tenant_id = r.tenant_id and n.refund_id = r.id`;

export function findRefund(sql: Sql | Transaction, id: RefundId): Promise<RefundWithNote | null> {
  return sql<RefundWithNote[]>`${withNote(sql)} where r.id = ${id}`.then(([row]) => row ?? null);
}

export async function findRefundIdByProvider(
  tx: TenantTransaction,
  of: { provider: string; providerRefundId: string },
): Promise<RefundId | null> {
  const [row] = await tx.sql<{ id: RefundId }[]>`
    select r.id from refunds r
    join payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
    where r.tenant_id = ${tx.tenantId} and a.provider = ${of.provider} and r.provider_refund_id = ${of.providerRefundId}`;
  return row?.id ?? null;
}

/** Sent without a known outcome, as where the provider refused to be asked at all. Oldest first. */
export function listWaitingRefunds(tx: TenantTransaction, provider: string, limit: number): Promise<RefundId[]> {
  return tx.sql<{ id: RefundId }[]>`
    select r.id from refunds r
    join payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
    where r.tenant_id = ${tx.tenantId} and r.status = 'unknown' and a.provider = ${provider}
    order by r.id limit ${limit}`.then((rows) => rows.map(({ id }) => id));
}

export function listRefundsOf(sql: Sql, paymentId: PaymentId, page: PageRequest): Promise<Page<RefundWithNote>> {
  return sql<RefundWithNote[]>`${withNote(sql)} where r.payment_id = ${paymentId}
    ${page.beforeId === null ? sql`` : sql`and r.id < ${page.beforeId}`}
    order by r.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

/** Of `refunds r` with its `carriers c`. A parked one that a notification has decided meanwhile waits for nobody. */
const needsRepair = (sql: Sql | Transaction) => sql`
  and (r.status = 'needs_review' or (c.parked_at is not null and r.status in ('requested', 'sent', 'unknown', 'pending')))`;

export async function countRefundsToRepair({ sql, tenantId }: TenantTransaction): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::integer as count from refunds r
    left join carriers c on c.tenant_id = r.tenant_id and c.id = r.id
    where r.tenant_id = ${tenantId} ${needsRepair(sql)}`;
  return row.count;
}

/** With whom it is of, and whether it waits for a person. */
export type RefundInList = RefundWithNote & { customerId: CustomerId; provider: string; isParked: boolean };

export interface RefundFilter {
  statuses?: readonly RefundStatus[];
  /** Only those that a person must set going again. */
  needRepair?: boolean;
  customerId?: CustomerId;
  /** `[createdFrom, createdTo)`. */
  createdFrom?: Instant;
  createdTo?: Instant;
}

export function listRefunds(sql: Sql, filter: RefundFilter, page: PageRequest): Promise<Page<RefundInList>> {
  return sql<RefundInList[]>`
    select r.*, n.id as credit_note_id, p.customer_id, a.provider, c.parked_at is not null as is_parked
    from refunds r
    join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    join payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
    left join carriers c on c.tenant_id = r.tenant_id and c.id = r.id
    left join credit_notes n on n.tenant_id = r.tenant_id and n.refund_id = r.id
    where true
      ${filter.statuses === undefined ? sql`` : sql`and r.status = any(${filter.statuses as string[]}::text[])`}
      ${filter.needRepair === true ? needsRepair(sql) : sql``}
      ${filter.customerId === undefined ? sql`` : sql`and p.customer_id = ${filter.customerId}`}
      ${filter.createdFrom === undefined ? sql`` : sql`and r.created_at >= ${new Date(filter.createdFrom)}`}
      ${filter.createdTo === undefined ? sql`` : sql`and r.created_at < ${new Date(filter.createdTo)}`}
      ${page.beforeId === null ? sql`` : sql`and r.id < ${page.beforeId}`}
    order by r.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
