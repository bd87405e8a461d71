import { newId } from '../../db/new-id.ts';
import type { BillingRunRow, InvoiceRow } from '../../db/queries/billing-rows.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import type { SettledLines } from '../../domain/invoices/apply-credit-balance.ts';
import { invoiceSnapshot } from '../subscription-work/snapshots.ts';
import {
  addInvoice,
  businessNow,
  emit,
  postLedger,
  type SubscriptionWork,
  takeNumber,
} from '../subscription-work/subscription-work.ts';

/** A draft invoice with its lines; the credit balance it uses is taken at once, and given back when it is voided. */
export function draftInvoice(
  work: SubscriptionWork,
  invoice: {
    kind: InvoiceRow['kind'];
    run: BillingRunRow | null;
    settled: Omit<SettledLines, 'creditBalanceAfterMinor'>;
    id?: InvoiceId;
  },
): InvoiceRow {
  const { sub } = work;
  const { settled, run } = invoice;
  const creditUsedMinor = settled.subtotalMinor - settled.totalMinor;
  sub.creditBalanceMinor -= creditUsedMinor;
  const row: InvoiceRow = {
    tenantId: sub.tenantId,
    id: invoice.id ?? newId('invoice'),
    customerId: sub.customerId,
    subscriptionId: work.owner.kind === 'subscription' ? sub.id : null,
    billingRunId: run?.id ?? null,
    kind: invoice.kind,
    number: null,
    status: 'draft',
    currency: sub.currency,
    subtotalMinor: settled.subtotalMinor,
    totalMinor: settled.totalMinor,
    amountPaidMinor: 0,
    creditUsedMinor,
    memo: null,
    periodStartAt: run?.periodStartAt ?? null,
    periodEndAt: run?.periodEndAt ?? null,
    createdAt: businessNow(work),
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
  };
  if (!work.isNew) emit(work, 'invoices.created', () => invoiceSnapshotEvent(row));
  return addInvoice(work, row, settled.lines);
}

const invoiceSnapshotEvent = (row: InvoiceRow) => ({ invoice: invoiceSnapshot(row) });

/** draft → open: takes its gap-free number and enters the ledger. An open invoice stays as it is. */
export function finalizeInvoice(work: SubscriptionWork, invoice: InvoiceRow): void {
  if (invoice.status !== 'draft') return;
  invoice.status = 'open';
  invoice.finalizedAt = businessNow(work);
  takeNumber(work, invoice);
  postLedger(work, 'invoice', { invoiceId: invoice.id }, [
    { account: 'receivable', amountMinor: invoice.totalMinor },
    { account: 'credit_balance', amountMinor: invoice.creditUsedMinor },
    { account: 'revenue', amountMinor: -invoice.subtotalMinor },
  ]);
  emit(work, 'invoices.finalized', () => invoiceSnapshotEvent(invoice));
}

/** open → paid, by a captured payment or because nothing is left to pay. */
export function markInvoicePaid(work: SubscriptionWork, invoice: InvoiceRow, paidMinor: number): void {
  finalizeInvoice(work, invoice);
  invoice.status = 'paid';
  invoice.amountPaidMinor = paidMinor;
  invoice.paidAt = businessNow(work);
  takeNumber(work, invoice);
  emit(work, 'invoices.paid', () => invoiceSnapshotEvent(invoice));
}
