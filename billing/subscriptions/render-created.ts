import type { Answer } from '../../contracts/answer.ts';
import type { AttemptRow, PaymentRow, SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { loadFirstPayment } from '../../db/queries/first-payment.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { localDateOf } from '../../domain/calendar/local-date.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

/** The answer of `POST /subscriptions`, from the rows as they now are. */
export function renderCreated(work: SubscriptionWork): Answer {
  const payment = [...work.changed.payments.values()][0]?.row ?? work.open.payments[0] ?? null;
  const attempt = [...work.changed.attempts.values()][0]?.row ?? work.open.attempts[0] ?? null;
  return answerOf(work.sub, payment, attempt);
}

/** A repeated key whose first call has not stored its answer: the present state is the answer, unless that call still runs. */
export async function renderCreatedAgain(tx: TenantTransaction, resourceId: string | null): Promise<Answer> {
  const first = resourceId === null ? null : await loadFirstPayment(tx, resourceId as SubscriptionId);
  if (!first || first.attempt?.status === 'sent') {
    throw new DomainError('idempotency_key_in_use', 'The first call with this idempotency key is still running.');
  }
  return { ...answerOf(first.sub, first.payment, first.attempt), replayed: true };
}

function answerOf(sub: SubscriptionRow, payment: PaymentRow | null, attempt: AttemptRow | null): Answer {
  const status = renderedStatus(sub);
  if (sub.status === 'payment_failed' && payment) {
    return {
      status: 402,
      body: {
        type: 'about:blank',
        title: 'Payment declined',
        code: 'payment_declined',
        detail: 'The first payment was declined.',
        subscription_id: sub.id,
        status,
        payment: { ...paymentOf(payment, attempt), decline_kind: attempt?.declineKind ?? null },
      },
    };
  }
  const undecided = sub.status === 'incomplete' && sub.collection === 'normal' && attempt?.status !== 'requires_action';
  const dateOf = (at: number | null) => (at === null ? null : localDateOf(at, sub.timezone));
  return {
    status: undecided ? 202 : 201,
    body: {
      subscription_id: sub.id,
      status,
      ...(sub.collection === 'dunning' ? { collection: 'dunning' } : {}),
      payment: payment && paymentOf(payment, attempt),
      start_date: dateOf(sub.periodStartAt ?? sub.startsAt),
      end_date: dateOf(sub.periodEndAt),
      trial_end: dateOf(sub.trialEndAt),
      customer_id: sub.customerId,
      plan_id: sub.planId,
    },
  };
}

function paymentOf(payment: PaymentRow, attempt: AttemptRow | null) {
  const nextAction = attempt?.status === 'requires_action' ? { next_action: { url: attempt.actionUrl } } : {};
  return {
    payment_id: payment.id,
    status: payment.status,
    amount: payment.amountMinor,
    currency: payment.currency,
    ...nextAction,
  };
}
