import type { BillingContext } from '../../billing/context.ts';
import type { PaymentEvent } from '../../billing/payments/change-payment.ts';
import { planRequestedPayment } from '../../billing/payments/request-payment.ts';
import { planAdministratorsRetry } from '../../billing/payments/retry-as-administrator.ts';
import { planRetry } from '../../billing/payments/retry-payment.ts';
import { parseId } from '../../db/new-id.ts';
import { type ReadEvent, UnreadableEvent } from './read-event.ts';

export const paymentTopics = ['payments.requested', 'payments.retry.requested', 'payments.retry.manual'] as const;

type PaymentRequestEvent = ReadEvent<(typeof paymentTopics)[number]>;

export function isPaymentTopic(event: ReadEvent): event is PaymentRequestEvent {
  return (paymentTopics as readonly string[]).includes(event.type);
}

/** Somebody asked for a charge: its attempt is planned, and the workflow woken to make it. */
export async function planPayment(context: BillingContext, event: PaymentRequestEvent): Promise<void> {
  switch (event.type) {
    case 'payments.requested': {
      const { payment, reason, payment_method_id: methodId } = event.data;
      const paymentMethodId = parseId('paymentMethod', methodId ?? '');
      return planRequestedPayment(context, { ...about(event, payment.payment_id), reason, paymentMethodId });
    }
    case 'payments.retry.requested': {
      // Without somebody who asked it is the ladder's next attempt, whose date is in the row.
      if (event.data.requested_by === undefined) return;
      const { payment_id: paymentId, attempts_count: attemptsCount } = event.data.payment;
      return planRetry(context, { ...about(event, paymentId), attemptsCount });
    }
    case 'payments.retry.manual': {
      const taskId = parseId('retryTask', event.data.task_id);
      if (taskId === null) throw new UnreadableEvent('a task’s id that is none');
      return planAdministratorsRetry(context, { ...about(event, event.data.payment_id), taskId });
    }
    default:
      return event satisfies never;
  }
}

function about(event: PaymentRequestEvent, payment: string): PaymentEvent {
  const tenantId = parseId('tenant', event.tenant_id);
  const subscriptionId = parseId('subscription', event.subscription_id ?? '');
  const paymentId = parseId('payment', payment);
  if (tenantId === null || subscriptionId === null || paymentId === null) {
    throw new UnreadableEvent('no payment of a subscription to charge');
  }
  return { tenantId, subscriptionId, paymentId, consumer: event.type, eventId: event.id };
}
