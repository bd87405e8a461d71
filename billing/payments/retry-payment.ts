import type { Answer } from '../../contracts/answer.ts';
import type { PaymentId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import { attemptPayment } from '../collection/open-payment.ts';
import type { BillingContext } from '../context.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import { businessNow, emit, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { changePayment, changePaymentOnEvent, type PaymentEvent, refuse } from './change-payment.ts';
import { requireMethod } from './require-method.ts';

/** Asks for the next attempt of a failed payment now. Its planned one stays where it is, should this one never be made. */
export function retryPayment(context: BillingContext, call: Call, id: PaymentId): Promise<Answer> {
  return changePayment(context, call, id, async ({ work, payment, refusal }) => {
    if (refusal) refuse(refusal);
    await requireMethod(work, null);
    writeAudit(work, 'payment.retry_requested', id, {});
    writeTimeline(work, 'retry_requested', { payment_id: id });
    emit(work, 'payments.retry.requested', () => ({
      payment: paymentSnapshot(payment),
      retry_at: toIso(businessNow(work)),
      requested_by: call.caller.actor,
    }));
    return () => ({ status: 202, body: { payment_id: id, retry: 'scheduled' } });
  });
}

/** The event has come round: the attempt is planned for now, unless one has been made since. Many clicks ask for one attempt. */
export function planRetry(context: BillingContext, event: PaymentEvent & { attemptsCount: number }): Promise<void> {
  return changePaymentOnEvent(context, event, async ({ work, payment, refusal }) => {
    if (payment.attemptsCount !== event.attemptsCount) return;
    if (refusal) {
      writeTimeline(work, 'retry_refused', { payment_id: payment.id, reason: refusal.reason });
      return;
    }
    await attemptPayment(work, payment, { trigger: 'retry', dueAt: businessNow(work) });
    writeTimeline(work, 'retry_planned', { payment_id: payment.id });
  });
}
