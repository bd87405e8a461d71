import type { UndecidedAttemptBody } from '../../contracts/rest/admin-attempts.ts';
import type { AdminPaymentBody, AdminPaymentInListBody, RetryTaskBody } from '../../contracts/rest/admin-payments.ts';
import type { AdminPaymentCard, AdminPaymentRow } from '../../db/queries/admin-payments.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import type { RetryTaskRow } from '../../db/queries/retry-tasks.ts';
import type { UndecidedAttempt } from '../../db/queries/undecided-attempts.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { refusalOfRetry } from '../../domain/payments/retry.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import { renderAttempt, renderPaymentInList } from './render-money.ts';

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

export function renderAdminPaymentInList(payment: AdminPaymentRow): AdminPaymentInListBody {
  const { lastAttempt } = payment;
  const refusal = refusalOf(payment);
  return {
    ...renderPaymentInList(payment),
    reason: payment.lastError,
    last_attempt: lastAttempt && {
      attempt_id: lastAttempt.id,
      number: lastAttempt.number,
      at: toIso(lastAttempt.at),
      status: lastAttempt.status,
      provider: lastAttempt.provider,
      code: lastAttempt.code,
      message: lastAttempt.message,
    },
    max_retries: payment.attemptCountMax,
    can_retry: refusal === null,
    can_retry_reason: refusal?.reason ?? null,
  };
}

function refusalOf(payment: AdminPaymentRow) {
  const { subscriptionStatus: status, subscriptionCollection: collection, subscriptionIsParked: parked } = payment;
  const isUnderWay = payment.status === 'failed' && payment.hasOpenAttempt;
  return refusalOfRetry({
    status: isUnderWay ? 'processing' : payment.status,
    attemptsCount: payment.attemptsCount,
    attemptCountMax: payment.attemptCountMax,
    invoiceKind: payment.invoiceKind,
    subscription: status === null ? null : { status, collection, parked },
  });
}

export function renderAdminPayment({ payment, attempts, tasks }: AdminPaymentCard): AdminPaymentBody {
  const { subscriptionId, subscriptionStatus: status, subscriptionCollection: collection } = payment;
  const waiting = attempts.find((attempt) => attempt.status === 'requires_action' && attempt.actionUrl !== null);
  return {
    ...renderAdminPaymentInList(payment),
    subscription:
      subscriptionId === null || status === null
        ? null
        : {
            subscription_id: subscriptionId,
            status: renderedStatus({ status, collection }),
            plan_id: payment.planId,
            plan_name: payment.planName,
          },
    invoice: {
      invoice_id: payment.invoiceId,
      number: payment.invoiceNumber,
      kind: payment.invoiceKind,
      status: payment.invoiceStatus,
      total: payment.invoiceTotalMinor,
    },
    next_action: waiting ? { url: waiting.actionUrl ?? '', expires_at: isoOrNull(waiting.expiresAt) } : null,
    attempts: attempts.map(renderAdminAttempt),
    retry_tasks: tasks.map(renderRetryTask),
  };
}

export function renderAdminAttempt(attempt: AttemptRow): AdminPaymentBody['attempts'][number] {
  return {
    ...renderAttempt(attempt),
    provider_charge_id: attempt.providerChargeId,
    sent_at: isoOrNull(attempt.firstSentAt),
    send_count: attempt.sendCount,
    look_up_count: attempt.resolveCount,
    next_look_up_at: isoOrNull(attempt.resolveAt),
  };
}

export function renderUndecidedAttempt(attempt: UndecidedAttempt): UndecidedAttemptBody {
  return {
    ...renderAdminAttempt(attempt),
    payment_id: attempt.paymentId,
    customer_id: attempt.customerId,
    subscription_id: attempt.subscriptionId,
    invoice_id: attempt.invoiceId,
  };
}

export function renderRetryTask(task: RetryTaskRow): RetryTaskBody {
  return {
    task_id: task.id,
    payment_id: task.paymentId,
    admin_id: task.adminId,
    attempt_number: task.attemptNumber,
    status: task.status,
    provider_message: task.providerMessage,
    created_at: toIso(task.createdAt),
    settled_at: isoOrNull(task.settledAt),
  };
}
