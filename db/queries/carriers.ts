import type { PaymentId, RefundId } from '../../domain/ids.ts';
import type { Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { AttemptRow, CarrierRow, InvoiceRow, PaymentRow, RefundRow } from './billing-rows.ts';
import type { OpenWork, TenantSettings, TenantStatus } from './load-subscription.ts';

/** The row's lock: of a payment without a subscription, or of a refund. */
export async function lockCarrier(tx: TenantTransaction, id: PaymentId | RefundId): Promise<CarrierRow | null> {
  const { sql, tenantId } = tx;
  const [row] = await sql<CarrierRow[]>`
    select * from carriers where tenant_id = ${tenantId} and id = ${id} for update`;
  return row ?? null;
}

export async function lockCarrierVersion(sql: Transaction, id: string): Promise<number | null> {
  const [row] = await sql<{ version: number }[]>`select version from carriers where id = ${id} for update`;
  return row?.version ?? null;
}

export interface PaymentSurroundings {
  settings: TenantSettings;
  mode: 'sandbox' | 'live';
  tenantStatus: TenantStatus;
  timezone: string;
  currency: string;
  invoiceNumber: number | null;
  open: OpenWork;
}

/** What is undecided around one payment whose carrier is locked. */
export async function loadPaymentSurroundings(
  tx: TenantTransaction,
  paymentId: PaymentId,
): Promise<PaymentSurroundings> {
  const { sql, tenantId } = tx;
  const [[facts], invoices, payments, attempts] = await Promise.all([
    sql<[Omit<PaymentSurroundings, 'open'>]>`
      select t.settings, t.mode, t.status as tenant_status, c.timezone, p.currency, i.number as invoice_number from payments p
      join tenants t on t.tenant_id = p.tenant_id
      join customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id
      join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
      where p.tenant_id = ${tenantId} and p.id = ${paymentId}`,
    sql<InvoiceRow[]>`
      select i.* from invoices i join payments p on p.tenant_id = i.tenant_id and p.invoice_id = i.id
      where p.tenant_id = ${tenantId} and p.id = ${paymentId} and i.status in ('draft', 'open')`,
    sql<PaymentRow[]>`
      select * from payments where tenant_id = ${tenantId} and id = ${paymentId}
        and (status in ('pending', 'processing', 'failed', 'requires_action', 'retrying')
          or (status = 'failed_permanent' and dunning_ends_at is not null))`,
    sql<AttemptRow[]>`
      select * from payment_attempts where tenant_id = ${tenantId} and payment_id = ${paymentId}
        and status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review') order by id`,
  ]);
  return {
    ...facts,
    open: { runs: [], invoices: [...invoices], payments: [...payments], attempts: [...attempts] },
  };
}

/** A refund with what it gives back; what of it may change is to be read again under its locks. */
export interface RefundSubject {
  refund: RefundRow;
  attempt: AttemptRow;
  payment: PaymentRow;
}

export async function loadRefund(tx: TenantTransaction, id: RefundId): Promise<RefundSubject | null> {
  const { sql, tenantId } = tx;
  const [refund] = await sql<RefundRow[]>`select * from refunds where tenant_id = ${tenantId} and id = ${id}`;
  if (!refund) return null;
  const [[attempt], [payment]] = await Promise.all([
    sql<AttemptRow[]>`select * from payment_attempts where tenant_id = ${tenantId} and id = ${refund.attemptId}`,
    sql<PaymentRow[]>`select * from payments where tenant_id = ${tenantId} and id = ${refund.paymentId}`,
  ]);
  return attempt && payment ? { refund, attempt, payment } : null;
}
