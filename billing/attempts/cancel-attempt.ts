import type { CancelAttemptResult } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import { releaseInvoice } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import type { NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { businessNow, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { knownOutcome } from './action-window.ts';
import { lookUpTimeoutMs } from './look-up-attempt.ts';
import { stepOnAttempt } from './with-attempt.ts';

/** What the provider refuses now it may confirm later: PayPal forgets an order by itself. */
const refusedAgainMs = 15 * MINUTE_MS;

/**
 * Closes an unanswered authentication. Only the provider's confirmation frees the invoice; "already paid" applies as paid, and
 * money that is under way is looked up from then on.
 */
export async function cancelAttempt(context: BillingContext, input: ProviderCallInput): Promise<NextStep> {
  let closing: AttemptRow | null = null;
  const begun = await stepOnAttempt(context, input, (work, attempt) => {
    const due = attempt.expiresAt !== null && attempt.expiresAt <= businessNow(work);
    if (attempt.status !== 'requires_action' || !due) return;
    closing = { ...attempt };
    // Written before the call: whatever breaks in between, the next one is a minute away.
    postpone(work, attempt, MINUTE_MS);
  });
  if (closing === null) return begun.next;
  const attempt = closing as AttemptRow;
  const result = await cancel(context, attempt);
  const decided = await stepOnAttempt(context, input, async (work, current) => {
    if (result.kind === 'already_decided') {
      await applyChargeResult(work, current, knownOutcome(context.provider(attempt.provider), result.outcome));
    } else if (result.kind === 'canceled' && current.status === 'requires_action') await applyCanceled(work, current);
    if (current.status !== 'requires_action') current.sendAt = null;
    else if (result.kind !== 'not_answered') postpone(work, current, refusedAgainMs);
  });
  return decided.next;
}

type Closing = CancelAttemptResult | { kind: 'refused' | 'not_answered' };

async function cancel(context: BillingContext, attempt: AttemptRow): Promise<Closing> {
  invariant(attempt.providerChargeId, 'an open authentication has its object at the provider');
  try {
    return await context.provider(attempt.provider).cancelAttempt({
      tenantId: attempt.tenantId,
      attemptId: attempt.id,
      providerChargeId: attempt.providerChargeId,
      timeoutMs: lookUpTimeoutMs,
    });
  } catch (error) {
    if (error instanceof ProviderError) return { kind: error.kind === 'rejected' ? 'refused' : 'not_answered' };
    throw error;
  }
}

function postpone(work: SubscriptionWork, attempt: AttemptRow, waitMs: number): void {
  attempt.sendAt = work.tx.now + waitMs;
  touch(work, 'attempts', attempt);
}

async function applyCanceled(work: SubscriptionWork, attempt: AttemptRow): Promise<void> {
  const ended = terminalStatuses.includes(work.sub.status);
  const first = work.sub.status === 'incomplete' && work.sub.collection === 'normal';
  if (!ended && !first) {
    await applyChargeResult(work, attempt, {
      kind: 'declined',
      providerChargeId: attempt.providerChargeId,
      declineKind: 'authentication_required',
      code: 'authentication_expired',
      message: 'the customer did not authenticate in time',
    });
    return;
  }
  attempt.status = 'abandoned';
  attempt.settledAt = work.tx.now;
  touch(work, 'attempts', attempt);
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  if (payment) {
    payment.status = 'failed';
    touch(work, 'payments', payment);
  }
  const invoice = work.open.invoices.find(({ id }) => id === attempt.invoiceId);
  if (ended && invoice) releaseInvoice(work, invoice, 'ended');
}
