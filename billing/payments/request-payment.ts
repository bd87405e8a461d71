import type { Answer } from '../../contracts/answer.ts';
import type { InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentMethodId, SubscriptionId } from '../../domain/ids.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import { refusalOfSubscription } from '../../domain/payments/retry.ts';
import type { Call } from '../call.ts';
import { amountLimitOf } from '../collection/amount-limit.ts';
import { draftInvoice, finalizeInvoice } from '../collection/issue-invoice.ts';
import { attemptPayment, openPayment } from '../collection/open-payment.ts';
import { openAttemptOf, paymentsOf, voidInvoice } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  touch,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { changeOne, refuseWhileAdvancing } from '../subscriptions/change-one.ts';
import { changePaymentOnEvent, openAttemptOn, type PaymentEvent, refusalOf, refuse } from './change-payment.ts';
import { requireMethod } from './require-method.ts';

export interface PaymentRequest {
  subscriptionId: SubscriptionId;
  amountMinor: number;
  paymentMethodId: PaymentMethodId | null;
  /** `manual_retry`: what is due, now. `additional_charge`: an invoice of its own, beside the periods. */
  reason: 'manual_retry' | 'additional_charge';
}

/** A charge asked for by hand. Nothing is charged here: its event comes round, and the workflow makes it. */
export function requestPayment(context: BillingContext, call: Call, request: PaymentRequest): Promise<Answer> {
  const { amountMinor, paymentMethodId, reason } = request;
  return changeOne(context, call, request.subscriptionId, async (work) => {
    refuseWhileAdvancing(work);
    const invoice = reason === 'manual_retry' ? dueInvoice(work, amountMinor) : null;
    if (!invoice) refuseAdditional(work);
    refuseOverLimit(work, amountMinor);
    await requireMethod(work, paymentMethodId);
    const payment = invoice ? paymentFor(work, invoice) : openPayment(work, additionalInvoice(work, amountMinor));
    payment.status = 'pending';
    touch(work, 'payments', payment);
    const details = { payment_id: payment.id, amount: amountMinor, reason };
    writeAudit(work, 'payment.requested', payment.id, details);
    writeTimeline(work, 'payment_requested', details);
    emit(work, 'payments.requested', () => ({
      payment: paymentSnapshot(payment),
      reason,
      payment_method_id: paymentMethodId,
    }));
    return () => ({ status: 202, body: { payment_id: payment.id, status: payment.status } });
  });
}

/** The event has come round. What is no longer to be charged by then goes back to where it was. */
export function planRequestedPayment(
  context: BillingContext,
  event: PaymentEvent & { reason: PaymentRequest['reason']; paymentMethodId: PaymentMethodId | null },
): Promise<void> {
  return changePaymentOnEvent(context, event, async ({ work, payment }) => {
    if (payment.status !== 'pending' || openAttemptOn(work, payment)) return;
    const refusal = refusalOf(work, payment, 'failed');
    if (refusal) {
      takeBack(work, payment, event.reason, refusal.reason);
      return;
    }
    const trigger = event.reason === 'manual_retry' ? 'manual' : 'additional';
    await attemptPayment(work, payment, { trigger, dueAt: businessNow(work), methodId: event.paymentMethodId });
    writeTimeline(work, 'payment_planned', { payment_id: payment.id });
  });
}

function takeBack(work: SubscriptionWork, payment: PaymentRow, asked: PaymentRequest['reason'], reason: string): void {
  const invoice = work.open.invoices.find(({ id }) => id === payment.invoiceId);
  payment.status = 'failed';
  payment.lastError = reason;
  touch(work, 'payments', payment);
  if (asked === 'additional_charge' && invoice) voidInvoice(work, invoice, reason);
  writeTimeline(work, 'payment_refused', { payment_id: payment.id, reason });
}

/** The oldest unpaid period first, then what stands beside it. */
function dueInvoice(work: SubscriptionWork, amountMinor: number): InvoiceRow {
  const open = work.open.invoices.filter(({ status, kind }) => status === 'open' && kind !== 'proration');
  const due = open.toSorted((a, b) => Number(b.kind === 'period') - Number(a.kind === 'period'));
  const [first] = due;
  if (!first) throw new DomainError('invalid_state', 'Nothing of this subscription is due.');
  const invoice = due.find(({ totalMinor }) => totalMinor === amountMinor);
  if (invoice) return invoice;
  throw new DomainError('amount_mismatch', 'The amount is not what is due.', { amount_due: first.totalMinor });
}

/** What is asked for in the last moment of the ladder has its time to be made. */
const dunningGraceMs = HOUR_MS;

/**
 * Where it failed for good another one begins on the same invoice, as with another method. It takes over when dunning ends: its
 * attempt clears that date, and should there be none the final action comes all the same.
 */
function paymentFor(work: SubscriptionWork, invoice: InvoiceRow): PaymentRow {
  if (openAttemptOf(work, invoice)) throw new DomainError('payment_in_flight', 'A charge is under way.');
  const payments = paymentsOf(work, invoice);
  const payment = payments.find(({ status }) => status !== 'failed_permanent');
  const { status, collection, parkedAt } = work.sub;
  const subscription = { status, collection, parked: parkedAt !== null };
  const refusal = payment
    ? refusalOf(work, payment, payment.status)
    : refusalOfSubscription({ invoiceKind: invoice.kind, subscription });
  if (refusal) refuse(refusal);
  const dunningEnds = payments.flatMap(({ dunningEndsAt }) => dunningEndsAt ?? []);
  for (const given of payments.filter((other) => other !== payment)) {
    given.dunningEndsAt = null;
    touch(work, 'payments', given);
  }
  const collecting = payment ?? openPayment(work, invoice);
  if (dunningEnds.length > 0) collecting.dunningEndsAt = Math.max(...dunningEnds, businessNow(work) + dunningGraceMs);
  return collecting;
}

function refuseAdditional(work: SubscriptionWork): void {
  const { status, collection, parkedAt } = work.sub;
  if (status === 'incomplete' && collection === 'normal') {
    throw new DomainError('subscription_incomplete', 'The first payment is not decided yet.');
  }
  const subscription = { status, collection, parked: parkedAt !== null };
  const refusal = refusalOfSubscription({ invoiceKind: 'additional', subscription });
  if (refusal) refuse(refusal);
}

function refuseOverLimit(work: SubscriptionWork, amountMinor: number): void {
  const limitMinor = amountLimitOf(work.settings, work.sub.currency);
  if (limitMinor === undefined || amountMinor <= limitMinor) return;
  throw new DomainError('amount_over_limit', 'The amount is above what one charge by hand may take.', {
    limit: limitMinor,
  });
}

/** Charged in full: the credit balance belongs to the periods. */
function additionalInvoice(work: SubscriptionWork, amountMinor: number): InvoiceRow {
  const line: InvoiceLine = {
    kind: 'manual',
    description: 'Additional charge',
    quantity: 1,
    unitAmountMinor: amountMinor,
    amountMinor,
    startsAt: null,
    endsAt: null,
  };
  const { creditBalanceMinor: creditBalanceAfterMinor } = work.sub;
  const settled = { lines: [line], subtotalMinor: amountMinor, totalMinor: amountMinor, creditBalanceAfterMinor };
  const invoice = draftInvoice(work, { kind: 'additional', run: null, settled });
  finalizeInvoice(work, invoice);
  return invoice;
}
