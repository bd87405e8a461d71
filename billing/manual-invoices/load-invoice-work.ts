import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import {
  findInvoiceRow,
  findPaymentIdOf,
  loadInvoicedCustomer,
  lockInvoice,
} from '../../db/queries/manual-invoices.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Caller } from '../context.ts';
import { invoiceWork, loadWorkOf } from '../subscription-work/payment-work.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

export interface InvoiceWork {
  work: SubscriptionWork;
  invoice: InvoiceRow;
}

/** A manual invoice under the lock of whatever orders its facts: its subscription, its payment, or before that itself. */
export async function loadInvoiceWork(tx: TenantTransaction, caller: Caller, id: InvoiceId): Promise<InvoiceWork> {
  const known = await findInvoiceRow(tx, id);
  if (!known) throw new DomainError('not_found', 'unknown invoice');
  const { tenantId, subscriptionId } = known;
  if (subscriptionId !== null) return withRow(tx, id, await loadWorkOf(tx, { tenantId, subscriptionId }, caller));
  const paymentId = await findPaymentIdOf(tx, id);
  if (paymentId !== null) {
    return withRow(tx, id, await loadWorkOf(tx, { tenantId, carrierId: paymentId, carries: 'payment' }, caller));
  }
  const invoice = await lockInvoice(tx, id);
  const customer = await loadInvoicedCustomer(tx, known.customerId);
  invariant(invoice && customer, `invoice ${id} exists with its customer`);
  // Somebody began to collect it while this waited for the row: locks are not taken backwards.
  if ((await findPaymentIdOf(tx, id)) !== null)
    throw new DomainError('payment_in_flight', 'This invoice is being collected; try again.');
  const { timezone, settings, mode, tenantStatus } = customer;
  const work = invoiceWork(tx, caller, { invoice, timezone, settings, tenantMode: mode, tenantStatus });
  work.open.invoices.push(invoice);
  return { work, invoice };
}

/** Verbs change one row, also where the work has it among its open ones. */
async function withRow(tx: TenantTransaction, id: InvoiceId, work: SubscriptionWork): Promise<InvoiceWork> {
  const open = work.open.invoices.find((row) => row.id === id);
  const invoice = open ?? (await lockInvoice(tx, id));
  invariant(invoice, `invoice ${id} exists`);
  if (!open) work.open.invoices.push(invoice);
  return { work, invoice };
}

export function refuseUnlessStatus(invoice: InvoiceRow, statuses: readonly InvoiceRow['status'][]): void {
  if (invoice.kind === 'manual' && statuses.includes(invoice.status)) return;
  const what = invoice.kind === 'manual' ? `one that is ${invoice.status}` : 'an invoice of the platform’s own';
  throw new DomainError('invalid_state', `This does not fit ${what}.`, { invoice_status: invoice.status });
}
