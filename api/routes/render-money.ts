import type { PaymentBody, PaymentInListBody } from '../../contracts/rest/payments.ts';
import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import type { PaymentWithAttempts } from '../../db/queries/payments.ts';
import { type Instant, toIso } from '../../domain/instant.ts';

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

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
