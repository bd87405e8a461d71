import type { PaymentRow } from '../../db/queries/billing-rows.ts';
import { findChargeableMethod } from '../../db/queries/charge-methods.ts';
import { DomainError } from '../../domain/errors.ts';
import { attemptPayment, openPayment } from '../collection/open-payment.ts';
import { openAttemptOf, paymentsOf } from '../collection/void-invoice.ts';
import { carryPayment } from '../subscription-work/payment-work.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import type { InvoiceWork } from './load-invoice-work.ts';

/**
 * An open invoice is tried at once, with the method in force: on its subscription's workflow, else on one of its own. The
 * payment it has is tried again; a charge under way forbids another.
 */
export async function collectInvoice({ work, invoice }: InvoiceWork): Promise<PaymentRow> {
  refuseWhere(work);
  const attempt = openAttemptOf(work, invoice);
  if (attempt) throw new DomainError('payment_in_flight', 'A charge for this invoice is not decided yet.');
  if (!(await findChargeableMethod(work.tx, work.sub)))
    throw new DomainError('payment_method_required', 'The customer has no payment method to collect with.');
  const [known] = paymentsOf(work, invoice);
  const payment = known ?? openPayment(work, invoice);
  if (work.owner.kind === 'invoice') carryPayment(work, payment);
  await attemptPayment(work, payment, { trigger: 'manual', dueAt: businessNow(work) });
  return payment;
}

function refuseWhere({ sub, clock }: SubscriptionWork): void {
  if (sub.parkedAt !== null)
    throw new DomainError('subscription_needs_attention', 'An operator has to look at this first.');
  if (clock !== null && clock.targetAt !== null)
    throw new DomainError('clock_advancing', 'The test clock is being advanced; try again when it has arrived.');
}
