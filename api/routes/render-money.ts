import type { InvoiceBody } from '../../contracts/rest/invoices.ts';
import type { PaymentBody, PaymentInListBody } from '../../contracts/rest/payments.ts';
import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import type { InvoiceWithLines, StoredLine } from '../../db/queries/invoices.ts';
import type { PaymentWithAttempts } from '../../db/queries/payments.ts';
import { type Instant, toIso } from '../../domain/instant.ts';

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

export function renderInvoice(invoice: InvoiceWithLines): InvoiceBody {
  return {
    invoice_id: invoice.id,
    number: invoice.number,
    kind: invoice.kind,
    status: invoice.status,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    period_start: isoOrNull(invoice.periodStartAt),
    period_end: isoOrNull(invoice.periodEndAt),
    subtotal: invoice.subtotalMinor,
    total: invoice.totalMinor,
    amount_paid: invoice.amountPaidMinor,
    currency: invoice.currency,
    lines: invoice.lines.map(renderLine),
    created_at: toIso(invoice.createdAt),
    finalized_at: isoOrNull(invoice.finalizedAt),
    paid_at: isoOrNull(invoice.paidAt),
    voided_at: isoOrNull(invoice.voidedAt),
  };
}

function renderLine(line: StoredLine): InvoiceBody['lines'][number] {
  return {
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    unit_amount: line.unitAmountMinor,
    amount: line.amountMinor,
    period_start: isoOrNull(line.startsAt),
    period_end: isoOrNull(line.endsAt),
  };
}

export function renderPaymentInList(payment: PaymentRow): PaymentInListBody {
  return {
    payment_id: payment.id,
    customer_id: payment.customerId,
    subscription_id: payment.subscriptionId,
    invoice_id: payment.invoiceId,
    payment_method_id: payment.paymentMethodId,
    status: payment.status,
    amount: payment.amountMinor,
    amount_refunded: payment.refundedMinor,
    currency: payment.currency,
    attempts_count: payment.attemptsCount,
    last_error: payment.lastError,
    next_attempt_at: isoOrNull(payment.retryAt),
    created_at: toIso(payment.createdAt),
    updated_at: toIso(payment.updatedAt),
  };
}

export function renderPayment({ payment, attempts }: PaymentWithAttempts): PaymentBody {
  const url = attempts.find((attempt) => attempt.status === 'requires_action')?.actionUrl ?? null;
  return {
    ...renderPaymentInList(payment),
    next_action: url === null ? null : { url },
    attempts: attempts.map(renderAttempt),
  };
}

export function renderAttempt(attempt: AttemptRow): PaymentBody['attempts'][number] {
  return {
    attempt_id: attempt.id,
    number: attempt.number,
    status: attempt.status,
    trigger: attempt.trigger,
    provider: attempt.provider,
    payment_method_id: attempt.paymentMethodId,
    amount: attempt.amountMinor,
    currency: attempt.currency,
    decline_kind: attempt.declineKind,
    code: attempt.code,
    message: attempt.message,
    created_at: toIso(attempt.createdAt),
    settled_at: isoOrNull(attempt.settledAt),
  };
}
