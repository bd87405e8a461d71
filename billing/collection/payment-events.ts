import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { toIso } from '../../domain/instant.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import { emit, type SubscriptionWork } from '../subscription-work/subscription-work.ts';

/** Without an attempt it is the one that could not be made. */
export function emitPaymentFailed(work: SubscriptionWork, payment: PaymentRow, attempt: AttemptRow | null): void {
  emit(work, 'payments.failed', () => ({
    payment: paymentSnapshot(payment),
    attempt_number: attempt?.number ?? payment.attemptsCount + 1,
    decline_kind: attempt?.declineKind ?? null,
    code: attempt?.code ?? null,
    message: attempt?.message ?? payment.lastError,
  }));
}

export function emitPaymentFailedPermanently(
  work: SubscriptionWork,
  payment: PaymentRow,
  attempt: AttemptRow | null,
): void {
  emit(work, 'payments.failed_permanent', () => ({
    payment: paymentSnapshot(payment),
    decline_kind: attempt?.declineKind ?? null,
    code: attempt?.code ?? null,
    message: attempt?.message ?? payment.lastError,
  }));
}

export function emitRetryPlanned(work: SubscriptionWork, payment: PaymentRow, retryAt: number): void {
  emit(work, 'payments.retry.requested', () => ({ payment: paymentSnapshot(payment), retry_at: toIso(retryAt) }));
}

export function emitPaymentCompleted(work: SubscriptionWork, payment: PaymentRow, attempt: AttemptRow): void {
  emit(work, 'payments.completed', () => ({ payment: paymentSnapshot(payment), attempt_number: attempt.number }));
}
