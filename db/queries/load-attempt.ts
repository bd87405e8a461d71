import type { AttemptId } from '../../domain/ids.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { AttemptRow, InvoiceRow, PaymentRow } from './billing-rows.ts';

/** An attempt with what it collects; null when the tenant has no such attempt. */
export async function loadAttempt(
  tx: TenantTransaction,
  attemptId: AttemptId,
): Promise<{ attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow } | null> {
  const { sql, tenantId } = tx;
  const [attempt] = await sql<
    AttemptRow[]
  >`select * from payment_attempts where tenant_id = ${tenantId} and id = ${attemptId}`;
  if (!attempt) return null;
  const [[payment], [invoice]] = await Promise.all([
    sql<PaymentRow[]>`select * from payments where tenant_id = ${tenantId} and id = ${attempt.paymentId}`,
    sql<InvoiceRow[]>`select * from invoices where tenant_id = ${tenantId} and id = ${attempt.invoiceId}`,
  ]);
  return payment && invoice ? { attempt, payment, invoice } : null;
}
