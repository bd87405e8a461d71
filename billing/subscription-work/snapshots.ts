import type { InvoiceRow, PaymentRow, SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

/** The subscription as events carry it: each event alone tells the state it leads to. */
export function subscriptionSnapshot(sub: SubscriptionRow) {
  return {
    subscription_id: sub.id,
    customer_id: sub.customerId,
    plan_id: sub.planId,
    price_id: sub.priceId,
    status: renderedStatus(sub),
    collection: sub.collection,
    quantity: sub.quantity,
    currency: sub.currency,
    timezone: sub.timezone,
    period_start: isoOrNull(sub.periodStartAt),
    period_end: isoOrNull(sub.periodEndAt),
    trial_end: isoOrNull(sub.trialEndAt),
    cancel_at: isoOrNull(sub.cancelAt),
    resumes_at: isoOrNull(sub.resumesAt),
    credit_balance: sub.creditBalanceMinor,
    pending_change: sub.pendingChange && {
      waits_for: sub.pendingChange.waitsFor,
      plan_id: sub.pendingChange.planId,
      quantity: sub.pendingChange.quantity,
    },
    payment_method_id: sub.paymentMethodId,
    group_id: sub.groupId,
    metadata: sub.metadata,
  };
}

export function paymentSnapshot(payment: PaymentRow) {
  return {
    payment_id: payment.id,
    subscription_id: payment.subscriptionId,
    invoice_id: payment.invoiceId,
    status: payment.status,
    amount: payment.amountMinor,
    currency: payment.currency,
    attempts_count: payment.attemptsCount,
    last_error: payment.lastError,
  };
}

export function invoiceSnapshot(invoice: InvoiceRow) {
  return {
    invoice_id: invoice.id,
    number: invoice.number,
    kind: invoice.kind,
    status: invoice.status,
    currency: invoice.currency,
    subtotal: invoice.subtotalMinor,
    total: invoice.totalMinor,
    amount_paid: invoice.amountPaidMinor,
    period_start: isoOrNull(invoice.periodStartAt),
    period_end: isoOrNull(invoice.periodEndAt),
  };
}
