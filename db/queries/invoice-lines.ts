import type { InvoiceId } from '../../domain/ids.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { TenantTransaction } from '../with-tenant.ts';

/** The prorations an invoice carried: they wait again when it is taken back. */
export async function loadPendingLines(tx: TenantTransaction, invoiceId: InvoiceId): Promise<InvoiceLine[]> {
  const rows = await tx.sql<InvoiceLine[]>`
    select kind, description, quantity, unit_amount_minor, amount_minor, starts_at, ends_at from invoice_lines
    where tenant_id = ${tx.tenantId} and invoice_id = ${invoiceId} and kind in ('proration_credit', 'proration_debit')
    order by position`;
  return [...rows];
}
