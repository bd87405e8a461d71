import type { CustomerId, InvoiceId, PaymentId } from '../../domain/ids.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { InvoiceRow } from './billing-rows.ts';
import type { TenantSettings, TenantStatus } from './load-subscription.ts';

export interface InvoicedCustomer {
  status: 'active' | 'inactive';
  timezone: string;
  settings: TenantSettings;
  mode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
}

/** Null when the tenant has no such customer. */
export async function loadInvoicedCustomer(tx: TenantTransaction, id: CustomerId): Promise<InvoicedCustomer | null> {
  const [row] = await tx.sql<InvoicedCustomer[]>`
    select c.status, c.timezone, t.settings, t.mode, t.status as tenant_status from customers c join tenants t on t.tenant_id = c.tenant_id
    where c.tenant_id = ${tx.tenantId} and c.id = ${id}`;
  return row ?? null;
}

/** Read without a lock: whose it is never changes. */
export async function findInvoiceRow(tx: TenantTransaction, id: InvoiceId): Promise<InvoiceRow | null> {
  const [row] = await tx.sql<InvoiceRow[]>`select * from invoices where tenant_id = ${tx.tenantId} and id = ${id}`;
  return row ?? null;
}

/** After the lock of its owner, where it has one. */
export async function lockInvoice(tx: TenantTransaction, id: InvoiceId): Promise<InvoiceRow | null> {
  const [row] = await tx.sql<InvoiceRow[]>`
    select * from invoices where tenant_id = ${tx.tenantId} and id = ${id} for update`;
  return row ?? null;
}

/** What collects an invoice without a subscription; null before anybody asked for it. */
export async function findPaymentIdOf(tx: TenantTransaction, invoiceId: InvoiceId): Promise<PaymentId | null> {
  const [row] = await tx.sql<{ id: PaymentId }[]>`
    select id from payments where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} order by id desc limit 1`;
  return row?.id ?? null;
}

/** Of a draft alone: nothing refers to its lines yet. */
export async function replaceLines(
  tx: TenantTransaction,
  invoiceId: InvoiceId,
  lines: readonly InvoiceLine[],
): Promise<void> {
  const { sql, tenantId } = tx;
  await sql`delete from invoice_lines where tenant_id = ${tenantId} and invoice_id = ${invoiceId}`;
  const rows = lines.map((line, position) => ({ tenantId, invoiceId, position, ...line }));
  await sql`insert into invoice_lines ${sql(rows as never)}`;
}
