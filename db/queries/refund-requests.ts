import type { CustomerId, PaymentId, RefundId, RefundRequestId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface RefundRequestRow {
  tenantId: TenantId;
  id: RefundRequestId;
  paymentId: PaymentId;
  customerId: CustomerId;
  status: 'open' | 'approved' | 'declined';
  amountMinor: number;
  currency: string;
  reason: string;
  decidedBy: string | null;
  decisionNote: string | null;
  customerMessage: string | null;
  refundId: RefundId | null;
  createdAt: Instant;
  decidedAt: Instant | null;
}

/** False where the payment has an open one already. */
export async function insertRefundRequest(tx: TenantTransaction, row: RefundRequestRow): Promise<boolean> {
  const { sql } = tx;
  const inserted = await sql`
    insert into refund_requests ${sql(row as never)}
    on conflict (tenant_id, payment_id) where status = 'open' do nothing returning id`;
  return inserted.length > 0;
}

export function findRefundRequest(sql: Sql | Transaction, id: RefundRequestId): Promise<RefundRequestRow | null> {
  return sql<RefundRequestRow[]>`select * from refund_requests where id = ${id}`.then(([row]) => row ?? null);
}

/** After the lock of its payment's owner, where both are taken. */
export async function lockRefundRequest(tx: TenantTransaction, id: RefundRequestId): Promise<RefundRequestRow | null> {
  const [row] = await tx.sql<RefundRequestRow[]>`
    select * from refund_requests where tenant_id = ${tx.tenantId} and id = ${id} for update`;
  return row ?? null;
}

export async function saveDecision(tx: TenantTransaction, row: RefundRequestRow): Promise<void> {
  const { sql } = tx;
  await sql`update refund_requests
    set ${sql(row as never, 'status', 'decidedBy', 'decisionNote', 'customerMessage', 'refundId', 'decidedAt')}
    where tenant_id = ${row.tenantId} and id = ${row.id}`;
}

export function listRefundRequests(
  sql: Sql,
  filter: { status?: RefundRequestRow['status'] },
  page: PageRequest,
): Promise<Page<RefundRequestRow>> {
  return sql<RefundRequestRow[]>`select * from refund_requests where true
    ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

/** With how the refund stands that was made of an approved one. */
export type AskedRefundRow = RefundRequestRow & { refundStatus: RefundStatus | null; refundSettledAt: Instant | null };

export function listAskedRefunds(
  sql: Sql,
  filter: { customerId?: CustomerId | undefined },
  page: PageRequest,
): Promise<Page<AskedRefundRow>> {
  return sql<AskedRefundRow[]>`
    select q.*, r.status as refund_status, r.settled_at as refund_settled_at
    from refund_requests q
    left join refunds r on r.tenant_id = q.tenant_id and r.id = q.refund_id
    where true
      ${filter.customerId === undefined ? sql`` : sql`and q.customer_id = ${filter.customerId}`}
      ${page.beforeId === null ? sql`` : sql`and q.id < ${page.beforeId}`}
    order by q.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
