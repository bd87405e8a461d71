import { performance } from 'node:perf_hooks';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import { giveUpAttempt, isUnwanted } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import { isAccountProblem } from '../provider-accounts/watch-credentials.ts';
import type { NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { isHeld, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { markSent } from './mark-sent.ts';
import { sendCharge } from './send-charge.ts';
import { invoiceOf, stepOnAttempt } from './with-attempt.ts';

const leaseMs = MINUTE_MS;
const providerDeadlineMs = 30 * SECOND_MS;

/**
 * One try at one attempt: commits `sent` with a lease, calls, commits the outcome. Whoever meets a live lease or a decided
 * attempt makes no call and answers from the row. Throws the provider's error only where certainly nothing was sent and
 * `mayThrow`, after the row has been put back; the row's own date carries on when nobody tries again.
 */
export function chargeAttempt(
  context: BillingContext,
  input: ProviderCallInput,
  options: { mayThrow: boolean },
): Promise<NextStep> {
  return sendFrom(context, input, { from: ['created', 'not_sent'], mayThrow: options.mayThrow });
}

interface SendOptions {
  from: readonly AttemptStatus[];
  /** Decided in the transaction that takes the lease. Absent: no earlier send can have used the key. */
  isInTime?: (work: SubscriptionWork, attempt: AttemptRow) => boolean;
  mayThrow: boolean;
}

export async function sendFrom(
  context: BillingContext,
  input: ProviderCallInput,
  { from, isInTime, mayThrow }: SendOptions,
): Promise<NextStep> {
  // Counted from before the commit, so that no request is written after the lease could have passed to another sender.
  const deadline = performance.now() + providerDeadlineMs;
  let lease: { attempt: AttemptRow; leaseId: string } | null = null;
  const begun = await stepOnAttempt(context, input, (work, attempt) => {
    if (!from.includes(attempt.status) || isHeld(work)) return;
    if (isInTime && !isInTime(work, attempt)) return;
    const invoice = invoiceOf(work, attempt);
    if (isUnwanted(work, invoice)) {
      // The provider may know one that was sent before: its look-ups go on.
      if (attempt.status !== 'unknown') giveUpAttempt(work, { attempt, invoice }, 'nothing is owed any more');
      return;
    }
    lease = { leaseId: markSent(work, attempt, leaseMs), attempt: { ...attempt } };
  });
  if (lease === null) return begun.next;
  const { attempt, leaseId } = lease as { attempt: AttemptRow; leaseId: string };
  const sent = await sendCharge(context, attempt, deadline);
  const apply = async (work: SubscriptionWork, current: AttemptRow) => {
    await applyChargeResult(work, current, sent.result, leaseId);
  };
  const { next } = await stepOnAttempt(context, input, apply, begun);
  const { error } = sent;
  // Nothing the engine's next try would find otherwise: the row's own date carries on.
  if (error && isAccountProblem(error)) return next;
  if (error && error.kind !== 'unknown' && (mayThrow || error.kind === 'rejected')) throw error;
  return next;
}
