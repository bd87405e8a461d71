import type { ChargeOutcome } from '../../adapters/payments/port.ts';
import type { AttemptRow, InvoiceRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import { isAttemptTransition } from '../../domain/payments/payment-status.ts';
import { businessNow, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { applyDecline } from './apply-decline.ts';
import { applySuccess } from './apply-success.ts';
import { dueStatus } from './past-due.ts';
import { delayAfterLookUp } from './resolve-schedule.ts';
import { endRetry, setUnderWay } from './retrying.ts';
import { closeAction, giveUpAttempt, isDecided, isUnwanted } from './void-invoice.ts';

type ActionOutcome = Extract<ChargeOutcome, { kind: 'requires_action' }>;

/** An outcome as billing takes it: an authentication with the time the customer has for it. */
export type KnownOutcome = Exclude<ChargeOutcome, ActionOutcome> | (ActionOutcome & { windowMs: number });

/** An outcome, or what is known when there is none. */
export type ChargeResult =
  | KnownOutcome
  /** The provider never had this call: the same attempt may be sent again after the delay. */
  | { kind: 'not_sent'; delayMs: number; message: string }
  | { kind: 'unknown'; message: string };

/**
 * Applies what a provider said of one attempt, from whichever sender, look-up or webhook it came: the second finder answers
 * from the row, and a success outranks every other result however late. Returns false when it changes nothing.
 */
export async function applyChargeResult(
  work: SubscriptionWork,
  attempt: AttemptRow,
  result: ChargeResult,
  leaseId: string | null = null,
): Promise<boolean> {
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  const invoice = work.open.invoices.find(({ id }) => id === attempt.invoiceId);
  invariant(payment && invoice, `attempt ${attempt.id} is loaded with its payment and invoice`);
  if (!outranks(attempt, result, leaseId)) return false;
  touch(work, 'attempts', attempt);
  touch(work, 'payments', payment);
  const wasRetrying = payment.status === 'retrying';
  if ('providerChargeId' in result && result.providerChargeId) attempt.providerChargeId = result.providerChargeId;
  switch (result.kind) {
    case 'succeeded':
      await applySuccess(work, { attempt, payment, invoice }, result.message);
      break;
    case 'declined':
      await applyDecline(work, { attempt, payment, invoice }, result);
      break;
    case 'requires_action':
      awaitAction(work, { attempt, payment, invoice }, result);
      break;
    case 'pending':
    case 'unknown':
      if (!isDecided(invoice)) setUnderWay(payment);
      awaitLookUp(work, attempt, 'message' in result ? result.message : 'the provider has not decided yet');
      break;
    case 'not_sent':
      // An earlier send of this attempt may have charged: only a look-up or the same key can tell.
      if (attempt.resolveCount > 0) awaitLookUp(work, attempt, result.message);
      else takeBack(work, { attempt, payment, invoice }, result);
      break;
    default:
      assertNever(result);
  }
  if (wasRetrying && payment.status !== 'retrying') endRetry(work, payment, ...outcomeOfRetry(result));
  return true;
}

function outcomeOfRetry(result: ChargeResult): ['succeeded' | 'failed', string] {
  if (result.kind === 'succeeded') return ['succeeded', result.message];
  return ['failed', 'message' in result ? result.message : 'the customer has to authenticate'];
}

/** Only the holder of the lease may say that there was no outcome; an outcome is a fact, whoever brings it. */
function outranks(attempt: AttemptRow, result: ChargeResult, leaseId: string | null): boolean {
  if (result.kind === 'not_sent' || result.kind === 'unknown')
    return attempt.status === 'sent' && attempt.leaseId === leaseId;
  // The customer has answered: the money is under way, and there is nothing left to close or to remind of.
  if (result.kind === 'pending') return ['sent', 'unknown', 'requires_action'].includes(attempt.status);
  return isAttemptTransition(attempt.status, result.kind);
}

type Charged = { attempt: AttemptRow; payment: PaymentRow; invoice: InvoiceRow };

function awaitAction(
  work: SubscriptionWork,
  { attempt, payment, invoice }: Charged,
  { url, windowMs }: { url: string; windowMs: number },
): void {
  attempt.status = 'requires_action';
  attempt.actionUrl = url;
  attempt.leaseId = null;
  attempt.leaseUntil = null;
  attempt.expiresAt ??= businessNow(work) + windowMs;
  attempt.resolveAt = work.tx.now + delayAfterLookUp(attempt.resolveCount, windowMs);
  if (isUnwanted(work, invoice)) closeAction(work, attempt);
  if (isDecided(invoice)) return;
  payment.status = 'requires_action';
  payment.lastError = 'authentication required';
  dueStatus(work, invoice);
}

/** The sender did not report while the attempt was its own. */
export function loseLease(work: SubscriptionWork, attempt: AttemptRow): void {
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  if (payment) {
    setUnderWay(payment);
    touch(work, 'payments', payment);
  }
  awaitLookUp(work, attempt, 'the sender did not report');
  // It died, which says nothing about the provider: the schedule's long waits are for outcomes it could not give.
  attempt.resolveAt = work.tx.now + delayAfterLookUp(0);
  touch(work, 'attempts', attempt);
}

function awaitLookUp(work: SubscriptionWork, attempt: AttemptRow, message: string): void {
  attempt.status = 'unknown';
  attempt.message = message;
  attempt.leaseId = null;
  attempt.leaseUntil = null;
  attempt.resolveAt = work.tx.now + delayAfterLookUp(attempt.resolveCount);
}

function takeBack(
  work: SubscriptionWork,
  { attempt, payment, invoice }: Charged,
  result: { delayMs: number; message: string },
): void {
  payment.attemptsCount -= 1;
  attempt.leaseId = null;
  attempt.leaseUntil = null;
  if (isUnwanted(work, invoice)) {
    giveUpAttempt(work, { attempt, invoice }, result.message);
    return;
  }
  attempt.status = 'not_sent';
  attempt.message = result.message;
  attempt.sendAt = work.tx.now + result.delayMs;
  setUnderWay(payment, 'pending');
  payment.lastError = result.message;
}
