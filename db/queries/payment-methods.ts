import type { CustomerId, PaymentMethodId } from '../../domain/ids.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { PaymentMethodRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

type MethodKey = { customerId: CustomerId; id: PaymentMethodId };

export async function lockPaymentMethod(tx: TenantTransaction, key: MethodKey): Promise<PaymentMethodRow | null> {
  const [row] = await tx.sql<PaymentMethodRow[]>`
    select * from payment_methods
    where id = ${key.id} and customer_id = ${key.customerId} and status = 'active' for update`;
  return row ?? null;
}

/** Null when the tenant has no such customer. `isDefault` beside each row. */
export function listPaymentMethods(
  sql: Sql | Transaction,
  customerId: CustomerId,
  page: PageRequest,
): Promise<Page<PaymentMethodRow & { isDefault: boolean }> | null> {
  return sql<(PaymentMethodRow & { isDefault: boolean | null })[]>`
    select m.*, m.id = c.default_payment_method_id as is_default
    from customers c
    left join lateral (
      select * from payment_methods
      where tenant_id = c.tenant_id and customer_id = c.id and status = 'active'
        ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
      order by id desc limit ${page.limit + 1}) m on true
    where c.id = ${customerId}`.then((rows) => {
    if (rows.length === 0) return null;
    // A customer without methods is one row of nulls.
    const methods = rows.filter((row) => row.id !== null).map((row) => ({ ...row, isDefault: row.isDefault === true }));
    return pageFrom(methods, page.limit);
  });
}

export async function insertPaymentMethod(tx: TenantTransaction, method: PaymentMethodRow): Promise<void> {
  const row = { tenantId: tx.tenantId, ...method };
  await tx.sql`insert into payment_methods ${tx.sql(row as never)}`;
}

export async function markMethodDetached(tx: TenantTransaction, id: PaymentMethodId): Promise<void> {
  await tx.sql`update payment_methods set status = 'detached' where tenant_id = ${tx.tenantId} and id = ${id}`;
}

/** A subscription that is not over and names this method itself. */
export async function isMethodInUse(tx: TenantTransaction, key: MethodKey): Promise<boolean> {
  const [row] = await tx.sql<[{ inUse: boolean }]>`
    select exists (
      select 1 from subscriptions
      where tenant_id = ${tx.tenantId} and customer_id = ${key.customerId} and payment_method_id = ${key.id}
        and status not in ('canceled', 'expired', 'payment_failed')) as in_use`;
  return row.inUse;
}
