import type { CustomerId, PaymentId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { PaymentStatus } from '../../domain/payments/payment-status.ts';
import type { Sql } from '../database.ts';
import { type TenantDatabase, type TenantTransaction, withTenant } from '../with-tenant.ts';
import type { AttemptRow, PaymentRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface PaymentWithAttempts {
  payment: PaymentRow;
  /** In the order they were made. */
  attempts: AttemptRow[];
}

/** Both statements of one read-only look see the same commit or a later one; a payment is never deleted. */
export async function readPayment(
  database: TenantDatabase,
  tenantId: TenantId,
  id: PaymentId,
): Promise<PaymentWithAttempts | null> {
  return withTenant(database, tenantId, async ({ sql }) => {
    const [payments, attempts] = await Promise.all([
      sql<PaymentRow[]>`select * from payments where id = ${id}`,
      sql<AttemptRow[]>`select * from payment_attempts where payment_id = ${id} order by number`,
    ]);
    const [payment] = payments;
    return payment ? { payment, attempts: [...attempts] } : null;
  });
}

/** Read without a lock: what never changes of it says whose lock its facts go under. */
export async function findPayment(tx: TenantTransaction, id: PaymentId): Promise<PaymentRow | null> {
  const [row] = await tx.sql<PaymentRow[]>`select * from payments where tenant_id = ${tx.tenantId} and id = ${id}`;
  return row ?? null;
}

/** After the lock of its owner. */
export async function lockPayment(tx: TenantTransaction, id: PaymentId): Promise<PaymentRow> {
  const [row] = await tx.sql<PaymentRow[]>`
    select * from payments where tenant_id = ${tx.tenantId} and id = ${id} for update`;
  invariant(row, `payment ${id} exists`);
  return row;
}

export interface PaymentFilter {
  customerId?: CustomerId;
  subscriptionId?: SubscriptionId;
  status?: PaymentStatus;
  /** `[createdFrom, createdTo)`. */
  createdFrom?: Instant;
  createdTo?: Instant;
}

export function listPayments(sql: Sql, filter: PaymentFilter, page: PageRequest): Promise<Page<PaymentRow>> {
  return sql<PaymentRow[]>`select * from payments where true
      ${filter.customerId === undefined ? sql`` : sql`and customer_id = ${filter.customerId}`}
      ${filter.subscriptionId === undefined ? sql`` : sql`and subscription_id = ${filter.subscriptionId}`}
      ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
      ${filter.createdFrom === undefined ? sql`` : sql`and created_at >= ${new Date(filter.createdFrom)}`}
      ${filter.createdTo === undefined ? sql`` : sql`and created_at < ${new Date(filter.createdTo)}`}
      ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
      order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
