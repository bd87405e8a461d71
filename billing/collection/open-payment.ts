import { newId } from '../../db/new-id.ts';
import type {
  AttemptRow,
  AttemptTrigger,
  InvoiceRow,
  PaymentMethodRow,
  PaymentRow,
} from '../../db/queries/billing-rows.ts';
import {
  findChargeableMethod,
  findMethodBeforeWaiting,
  findMethodOfCustomer,
  nextAttemptNumber,
} from '../../db/queries/charge-methods.ts';
import type { PaymentMethodId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { type DunningPolicy, defaultDunningPolicy, lastLadderAt } from '../../domain/payments/dunning.ts';
import { add, businessNow, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { dueStatus } from './past-due.ts';
import { emitPaymentFailed } from './payment-events.ts';
import { endRetry } from './retrying.ts';

export function dunningPolicyOf(work: SubscriptionWork): DunningPolicy {
  return { ...defaultDunningPolicy, ...work.settings.dunning };
}

export function openPayment(work: SubscriptionWork, invoice: InvoiceRow): PaymentRow {
  const now = businessNow(work);
  return add(work, 'payments', {
    tenantId: invoice.tenantId,
    id: newId('payment'),
    customerId: invoice.customerId,
    subscriptionId: invoice.subscriptionId,
    invoiceId: invoice.id,
    paymentMethodId: work.sub.paymentMethodId,
    status: 'pending',
    amountMinor: invoice.totalMinor,
    currency: invoice.currency,
    capturedMinor: 0,
    refundedMinor: 0,
    disputedMinor: 0,
    attemptsCount: 0,
    attemptCountMax: dunningPolicyOf(work).attemptCountMax,
    lastError: null,
    firstFailedAt: null,
    retryAt: null,
    dunningEndsAt: null,
    createdAt: now,
    updatedAt: work.tx.now,
  });
}

/** The attempt row that must be committed before any provider hears of it. */
function createAttempt(
  work: SubscriptionWork,
  payment: PaymentRow,
  method: PaymentMethodRow,
  attempt: { number: number; trigger: AttemptTrigger; dueAt: Instant; claimKey?: string | null },
): AttemptRow {
  payment.paymentMethodId = method.id;
  payment.retryAt = null;
  payment.dunningEndsAt = null;
  touch(work, 'payments', payment);
  return add(work, 'attempts', {
    tenantId: payment.tenantId,
    id: newId('attempt'),
    paymentId: payment.id,
    invoiceId: payment.invoiceId,
    subscriptionId: payment.subscriptionId,
    number: attempt.number,
    status: 'created',
    trigger: attempt.trigger,
    provider: method.provider,
    paymentMethodId: method.id,
    providerMethodId: method.providerMethodId,
    amountMinor: payment.amountMinor,
    currency: payment.currency,
    dueAt: attempt.dueAt,
    sendAt: null,
    sendCount: 0,
    leaseId: null,
    leaseUntil: null,
    firstSentAt: null,
    resolveAt: null,
    resolveCount: 0,
    expiresAt: null,
    providerChargeId: null,
    declineKind: null,
    code: null,
    message: null,
    actionUrl: null,
    surplus: false,
    claimKey: attempt.claimKey ?? null,
    createdAt: work.tx.now,
    settledAt: null,
  });
}

/** A step that runs hours late counts its ladder from now, lest five attempts follow each other within seconds. */
const lateStepMs = HOUR_MS;

/** Plans the next attempt on an open payment with the method asked for, else the one in force; without any, dunning waits for a method. */
export async function attemptPayment(
  work: SubscriptionWork,
  payment: PaymentRow,
  attempt: { trigger: AttemptTrigger; dueAt: Instant; methodId?: PaymentMethodId | null },
): Promise<AttemptRow | null> {
  const now = businessNow(work);
  const dueAt = now - attempt.dueAt > lateStepMs ? now : attempt.dueAt;
  const asked = attempt.methodId ? await findMethodOfCustomer(work.tx, payment.customerId, attempt.methodId) : null;
  const chargeable = asked ?? (await findChargeableMethod(work.tx, work.sub));
  const method = chargeable ?? (await findMethodBeforeWaiting(work.tx, work.sub));
  if (!method) {
    waitForMethod(work, payment, dueAt);
    return null;
  }
  const isNew = work.changed.payments.get(payment.id)?.isNew ?? false;
  const number = isNew && payment.attemptsCount === 0 ? 1 : await nextAttemptNumber(work.tx, payment.id);
  return createAttempt(work, payment, method, { number, trigger: attempt.trigger, dueAt });
}

function waitForMethod(work: SubscriptionWork, payment: PaymentRow, dueAt: Instant): void {
  if (payment.status === 'retrying') endRetry(work, payment, 'refused', 'no payment method');
  payment.status = 'failed';
  payment.lastError = 'no payment method';
  payment.firstFailedAt ??= dueAt;
  payment.retryAt = null;
  payment.dunningEndsAt = lastLadderAt(dunningPolicyOf(work), payment.firstFailedAt);
  touch(work, 'payments', payment);
  const invoice = work.open.invoices.find(({ id }) => id === payment.invoiceId);
  invariant(invoice, `payment ${payment.id} collects an open invoice`);
  dueStatus(work, invoice);
  emitPaymentFailed(work, payment, null);
}
