import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import type { TenantSettings } from '../../db/queries/load-subscription.ts';
import { type InvoicedCustomer, loadInvoicedCustomer } from '../../db/queries/manual-invoices.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId, SubscriptionId } from '../../domain/ids.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import type { Call } from '../call.ts';
import { draftInvoice, finalizeInvoice } from '../collection/issue-invoice.ts';
import type { BillingContext, Caller } from '../context.ts';
import { invoiceWork } from '../subscription-work/payment-work.ts';
import { loadWork, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { changeInvoice } from './change-invoice.ts';
import { collectInvoice } from './collect-invoice.ts';
import { type ManualLine, manualLines } from './manual-lines.ts';

export interface ManualInvoiceInput {
  customerId: CustomerId;
  subscriptionId: SubscriptionId | null;
  currency: string;
  lines: readonly ManualLine[];
  memo: string | null;
  /** Finalised and charged at once, instead of left a draft. */
  collect: boolean;
}

/** R32: an administrator bills something by hand. A draft costs nobody anything; its number is taken when it is final. */
export function createManualInvoice(context: BillingContext, call: Call, input: ManualInvoiceInput): Promise<Answer> {
  return changeInvoice(context, call, async (tx) => {
    const customer = await loadInvoicedCustomer(tx, input.customerId);
    if (!customer) throw new DomainError('not_found', 'There is no such customer.', { field: 'customer_id' });
    if (customer.status !== 'active') throw new DomainError('customer_inactive', 'The customer is not active.');
    const settled = manualLines(input.lines, input.currency, customer.settings as TenantSettings);
    const id = newId('invoice');
    const work =
      input.subscriptionId === null
        ? workOfNone(tx, call.caller, { id, input, customer })
        : await workOfSubscription(tx, call.caller, input, input.subscriptionId);
    const invoice = draftInvoice(work, { kind: 'manual', run: null, settled, id });
    invoice.memo = input.memo;
    writeAudit(work, 'invoice.created', id, { total: invoice.totalMinor, currency: invoice.currency });
    writeTimeline(work, 'invoice_created', { invoice_id: id, amount: invoice.totalMinor });
    if (input.collect) {
      finalizeInvoice(work, invoice);
      await collectInvoice({ work, invoice });
    }
    return { work, id, status: 201 };
  });
}

function workOfNone(
  tx: TenantTransaction,
  caller: Caller,
  of: { id: InvoiceRow['id']; input: ManualInvoiceInput; customer: InvoicedCustomer },
): SubscriptionWork {
  const { id, input, customer } = of;
  const { customerId, currency } = input;
  const invoice = { tenantId: tx.tenantId, id, customerId, currency, createdAt: tx.now };
  const { timezone, settings, mode, tenantStatus } = customer;
  return invoiceWork(tx, caller, { invoice, timezone, settings, tenantMode: mode, tenantStatus });
}

async function workOfSubscription(
  tx: TenantTransaction,
  caller: Caller,
  input: ManualInvoiceInput,
  id: SubscriptionId,
): Promise<SubscriptionWork> {
  const work = await loadWork(tx, id, caller);
  if (work?.sub.customerId !== input.customerId)
    throw new DomainError('not_found', 'The customer has no such subscription.', { field: 'subscription_id' });
  const { status, collection, currency } = work.sub;
  if (currency !== input.currency)
    throw new DomainError('currency_mismatch', `The subscription is billed in ${currency}.`, { field: 'currency' });
  if (terminalStatuses.includes(status))
    throw new DomainError('invalid_state', 'The subscription has ended.', { subscription_status: status });
  if (status === 'incomplete' && collection === 'normal')
    throw new DomainError('subscription_incomplete', 'The first payment is not decided yet.');
  return work;
}
