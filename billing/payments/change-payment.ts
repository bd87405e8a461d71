import type { Answer } from '../../contracts/answer.ts';
import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { findPayment } from '../../db/queries/payments.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import { type RetryRefusal, refusalOfRetry } from '../../domain/payments/retry.ts';
import type { Call } from '../call.ts';
import type { BillingContext, Caller, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { refuseWhileAdvancing } from '../subscriptions/change-one.ts';

/** A payment under its subscription's lock; `refusal` says why it may not be tried again now. */
export interface PaymentWork {
  work: SubscriptionWork;
  payment: PaymentRow;
  refusal: RetryRefusal | null;
}

/** Every command on one payment: one transaction under its subscription's lock, its answer stored under the key, then the wake. */
export async function changePayment(
  context: BillingContext,
  call: Call,
  id: PaymentId,
  act: (on: PaymentWork) => Promise<() => Answer>,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const found = await findPayment(tx, id);
    if (!found) throw new DomainError('not_found', 'unknown payment');
    if (found.subscriptionId === null) throw withoutSubscription();
    const work = await loadWork(tx, found.subscriptionId, call.caller);
    invariant(work, `payment ${id} has its subscription`);
    refuseWhileAdvancing(work);
    const render = await act(await paymentIn(work, id));
    owed.push(...(await settle(work, 'command')).intents);
    return render();
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}

export interface PaymentEvent {
  tenantId: TenantId;
  subscriptionId: SubscriptionId;
  paymentId: PaymentId;
  consumer: string;
  eventId: string;
}

const forwarder: Caller = { actor: 'forwarder', origin: 'workflow', requestId: null };

/** What an event asks of a payment, once however often it is delivered; the wake is sent after the commit. */
export async function changePaymentOnEvent(
  context: BillingContext,
  event: PaymentEvent,
  act: (on: PaymentWork) => Promise<void>,
): Promise<void> {
  const intents = await withTenant(context.database, event.tenantId, async (tx): Promise<OwedIntent[]> => {
    if (!(await recordProcessed(tx, event))) return [];
    const work = await loadWork(tx, event.subscriptionId, forwarder);
    invariant(work, `subscription ${event.subscriptionId} exists`);
    await act(await paymentIn(work, event.paymentId));
    return (await settle(work, 'command')).intents;
  });
  context.sendIntents(intents);
}

async function paymentIn(work: SubscriptionWork, id: PaymentId): Promise<PaymentWork> {
  // Decided ones are not among the open rows; they are read again, after the lock.
  const payment = work.open.payments.find((open) => open.id === id) ?? (await findPayment(work.tx, id));
  invariant(payment, `payment ${id} exists`);
  // A payment keeps its status until its attempt is sent; from the attempt's row on it is under way.
  const isUnderWay = payment.status === 'failed' && openAttemptOn(work, payment) !== undefined;
  return { work, payment, refusal: refusalOf(work, payment, isUnderWay ? 'processing' : payment.status) };
}

/** Whatever payment of the invoice it is of: one attempt at a time may collect it. */
export function openAttemptOn(work: SubscriptionWork, payment: PaymentRow): AttemptRow | undefined {
  return work.open.attempts.find(({ invoiceId }) => invoiceId === payment.invoiceId);
}

/** As if the payment were in `status`: what an administrator's retry, itself a status, is checked again by. */
export function refusalOf(
  work: SubscriptionWork,
  payment: PaymentRow,
  status: PaymentRow['status'],
): RetryRefusal | null {
  const { sub } = work;
  const { attemptsCount, attemptCountMax } = payment;
  const subscription = { status: sub.status, collection: sub.collection, parked: sub.parkedAt !== null };
  return refusalOfRetry({
    ...{ status, attemptsCount, attemptCountMax, subscription },
    invoiceKind: invoiceOf(work, payment)?.kind ?? 'period',
  });
}

/** Null once it is decided. */
function invoiceOf(work: SubscriptionWork, payment: PaymentRow): InvoiceRow | null {
  return work.open.invoices.find(({ id }) => id === payment.invoiceId) ?? null;
}

function withoutSubscription(): DomainError {
  return new DomainError('invalid_state', 'An invoice without a subscription is collected by `pay`.');
}

export function refuse({ code, reason }: RetryRefusal): never {
  throw new DomainError(code, reason);
}
