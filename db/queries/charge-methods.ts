import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId } from '../../domain/ids.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { PaymentMethodRow, SubscriptionRow } from './billing-rows.ts';

/** The subscription's own method, else the customer's default; null when there is none to charge. */
export async function findChargeableMethod(
  tx: TenantTransaction,
  sub: Pick<SubscriptionRow, 'tenantId' | 'customerId' | 'paymentMethodId'>,
): Promise<PaymentMethodRow | null> {
  const [row] = await tx.sql<PaymentMethodRow[]>`
    select m.* from customers c
    join payment_methods m on m.tenant_id = c.tenant_id and m.id = coalesce(${sub.paymentMethodId}, c.default_payment_method_id)
    where c.tenant_id = ${sub.tenantId} and c.id = ${sub.customerId} and m.customer_id = c.id and m.status = 'active'`;
  return row ?? null;
}

/**
 * The same where it decides whether to wait for another method: under the customer's row, in share. A default that is being set is
 * waited for and seen; one set later finds what this transaction has left unpaid (decision 0040).
 */
export async function findMethodBeforeWaiting(
  tx: TenantTransaction,
  sub: Pick<SubscriptionRow, 'tenantId' | 'customerId' | 'paymentMethodId'>,
): Promise<PaymentMethodRow | null> {
  const locked = tx.sql`
    select 1 from customers where tenant_id = ${sub.tenantId} and id = ${sub.customerId} for share`.execute();
  const [, method] = await Promise.all([locked, findChargeableMethod(tx, sub)]);
  return method;
}

/** Whether any attempt to collect the invoice was made with it. */
export async function wasTriedFor(
  tx: TenantTransaction,
  invoiceId: InvoiceId,
  methodId: PaymentMethodId,
): Promise<boolean> {
  const [row] = await tx.sql<[{ tried: boolean }]>`
    select exists (
      select 1 from payment_attempts
      where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and payment_method_id = ${methodId}) as tried`;
  return row.tried;
}

export async function nextAttemptNumber(tx: TenantTransaction, paymentId: PaymentId): Promise<number> {
  const [row] = await tx.sql<[{ next: number }]>`
    select coalesce(max(number), 0) + 1 as next from payment_attempts
    where tenant_id = ${tx.tenantId} and payment_id = ${paymentId}`;
  return row.next;
}

export async function findMethodOfCustomer(
  tx: TenantTransaction,
  customerId: CustomerId,
  methodId: PaymentMethodId,
): Promise<PaymentMethodRow | null> {
  const [row] = await tx.sql<PaymentMethodRow[]>`
    select * from payment_methods
    where tenant_id = ${tx.tenantId} and id = ${methodId} and customer_id = ${customerId} and status = 'active'`;
  return row ?? null;
}
