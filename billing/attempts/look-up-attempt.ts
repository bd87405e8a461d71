import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { type Instant, MINUTE_MS, SECOND_MS, toIso } from '../../domain/instant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import { applyChargeResult, type KnownOutcome } from '../collection/apply-charge-result.ts';
import { delayAfterLookUp, lookUpCountMax, noticeAfterLookUp } from '../collection/resolve-schedule.ts';
import { giveUpAttempt, isUnwanted } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import type { NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { notify } from '../subscription-work/notify.ts';
import { businessNow, type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import { actionWindowOf, knownOutcome } from './action-window.ts';
import { sendFrom } from './charge-attempt.ts';
import { keyWindowsOf } from './key-windows.ts';
import { isLeased } from './mark-sent.ts';
import { invoiceOf, stepOnAttempt } from './with-attempt.ts';

export const lookUpTimeoutMs = 10 * SECOND_MS;
/** No same-key send so late that it could reach the provider after its key window. */
const windowMarginMs = 5 * MINUTE_MS;
/** Twice as long as any sender waits: after it a charge that the provider does not know is on its way there no more. */
const underWayMs = MINUTE_MS;

/**
 * Resolves an attempt whose outcome is not known. "Not found" does not close it while somebody is to pay: inside the provider's
 * key window the same attempt is sent again under the same key; after it only further look-ups. After the last of them a person
 * decides. Where nobody is to pay any more it is never sent again.
 */
export async function lookUpAttempt(context: BillingContext, input: ProviderCallInput): Promise<NextStep> {
  let looked: AttemptRow | null = null;
  const begun = await stepOnAttempt(context, input, (work, attempt) => {
    if (attempt.status !== 'unknown' && attempt.status !== 'requires_action') return;
    attempt.resolveCount += 1;
    // Written before the call: if this process dies, the next look-up comes by the schedule.
    const actionWindowMs =
      attempt.status === 'requires_action' ? actionWindowOf(context.provider(attempt.provider)) : undefined;
    attempt.resolveAt = work.tx.now + delayAfterLookUp(attempt.resolveCount, actionWindowMs);
    touch(work, 'attempts', attempt);
    looked = { ...attempt };
  });
  if (looked === null) return begun.next;
  const attempt = looked as AttemptRow;
  const provider = context.provider(attempt.provider);
  const found = await lookUp(provider, attempt, begun.work.tx.now);
  const { chargeMs: windowMs } = await keyWindowsOf(provider, attempt.tenantId);
  let mayResend = false;
  const { next } = await stepOnAttempt(context, input, async (work, current) => {
    if (found?.kind === 'found') await applyFound(work, current, found);
    else if (current.status === 'unknown' && isUnwanted(work, invoiceOf(work, current))) {
      if (found !== null) letGo(work, current, provider.capabilities.lookUpLagMs);
    } else if (current.status === 'unknown' && current.resolveCount < lookUpCountMax)
      mayResend = insideKeyWindow(work, current, windowMs) && found !== null;
    if (!mayResend) giveToPerson(work, current);
    tellPeople(work, current);
  });
  if (!mayResend) return next;
  // Looked at again with the lease: hours may have passed since, and what is past its window is left to its look-ups.
  const isInTime = (work: SubscriptionWork, current: AttemptRow) => insideKeyWindow(work, current, windowMs);
  return sendFrom(context, input, { from: ['unknown'], isInTime, mayThrow: false });
}

interface Found {
  kind: 'found';
  outcome: KnownOutcome;
  amountMinor: number;
  currency: string;
  /** The row by which it was asked: whether a sender was at work then, and how often it had been sent. */
  asked: { isLeased: boolean; sendCount: number };
}

/** Null when the provider could not be asked. `readAt`: when the row was read, by PostgreSQL's clock. */
export async function lookUp(
  provider: PaymentProvider,
  attempt: AttemptRow,
  readAt: Instant,
): Promise<Found | { kind: 'not_found' } | null> {
  try {
    const found = await provider.lookUp({
      tenantId: attempt.tenantId,
      attemptId: attempt.id,
      providerChargeId: attempt.providerChargeId,
      firstSentAt: new Date(attempt.firstSentAt ?? attempt.createdAt),
      timeoutMs: lookUpTimeoutMs,
    });
    if (found.kind === 'not_found') return found;
    const asked = { isLeased: isLeased(attempt, readAt), sendCount: attempt.sendCount };
    return { ...found, outcome: knownOutcome(provider, found.outcome), asked };
  } catch (error) {
    if (error instanceof ProviderError && error.kind !== 'rejected') return null;
    throw error;
  }
}

const decided: readonly AttemptStatus[] = ['succeeded', 'declined', 'abandoned'];

/**
 * What the provider holds under an attempt. A charge that is not the one we asked for is never taken for it, and takes back
 * nothing that is decided: what has been paid stays paid, and the invoice may have gone on to its next attempt.
 */
export async function applyFound(work: SubscriptionWork, attempt: AttemptRow, found: Found): Promise<void> {
  const isSame = found.amountMinor === attempt.amountMinor && found.currency === attempt.currency;
  const isOther = found.outcome.providerChargeId !== attempt.providerChargeId;
  if (isSame && !(attempt.status === 'succeeded' && isOther)) {
    if (!isLeftToSender(attempt, found)) await applyChargeResult(work, attempt, found.outcome);
    return;
  }
  const message = `the provider holds ${found.amountMinor} ${found.currency} under this attempt`;
  if (decided.includes(attempt.status)) {
    tellOfOther(work, attempt, { found, message });
    return;
  }
  attempt.message = message;
  needReview(work, attempt);
}

/**
 * Between the calls of one send a provider shows a decline, or money under way, that the sender's next call may make an
 * authentication. So neither counts from before the send was over: its sender says how it ended, or its lease runs out and the
 * look-up after it does. A success and an open authentication are facts at once.
 */
function isLeftToSender({ sendCount }: AttemptRow, { outcome, asked }: Found): boolean {
  if (outcome.kind === 'succeeded' || outcome.kind === 'requires_action') return false;
  return asked.isLeased || asked.sendCount !== sendCount;
}

/** Money that no attempt of ours stands for may have moved: a person sees to it at the provider. */
function tellOfOther(work: SubscriptionWork, attempt: AttemptRow, other: { found: Found; message: string }): void {
  const { outcome, amountMinor, currency } = other.found;
  if (outcome.kind === 'declined') return;
  const charge = { provider_charge_id: outcome.providerChargeId, found_amount: amountMinor, found_currency: currency };
  writeTimeline(work, 'other_charge_found', { attempt_id: attempt.id, ...charge });
  notify(work, 'other_charge_found', { ...noticeOf(attempt), ...charge, message: other.message });
}

function insideKeyWindow(work: SubscriptionWork, attempt: AttemptRow, windowMs: number): boolean {
  const firstSentAt = attempt.firstSentAt ?? work.tx.now;
  return work.tx.now < firstSentAt + windowMs - windowMarginMs;
}

/**
 * The provider does not know it, and nobody is to pay: given up, unless it may still be on its way, or not be found yet. Should it
 * arrive all the same, its notification finds it, and it goes back in full (decision 0038).
 */
function letGo(work: SubscriptionWork, attempt: AttemptRow, lookUpLagMs: number): void {
  const { now } = work.tx;
  const waitMs = underWayMs + lookUpLagMs;
  const { firstSentAt, sendCount, resolveCount } = attempt;
  // When it was sent last is not on record; since then it has waited at least as long as before this look-up.
  const waited = resolveCount > 1 && delayAfterLookUp(resolveCount - 1) >= waitMs;
  const knownAt = sendCount === 1 && firstSentAt !== null ? firstSentAt + waitMs : waited ? now : now + waitMs;
  if (knownAt <= now) {
    giveUpAttempt(work, { attempt, invoice: invoiceOf(work, attempt) }, 'the provider has no such charge');
    return;
  }
  attempt.resolveAt = Math.min(attempt.resolveAt ?? knownAt, knownAt);
  touch(work, 'attempts', attempt);
}

function giveToPerson(work: SubscriptionWork, attempt: AttemptRow): void {
  // One that its provider does not close days after its end is as undecided as one that nobody knows.
  if (attempt.status !== 'unknown' && !isBeingClosed(work, attempt)) return;
  if (attempt.resolveCount >= lookUpCountMax) needReview(work, attempt);
}

function isBeingClosed(work: SubscriptionWork, { status, expiresAt }: AttemptRow): boolean {
  return status === 'requires_action' && expiresAt !== null && expiresAt <= businessNow(work);
}

function needReview(work: SubscriptionWork, attempt: AttemptRow): void {
  touch(work, 'attempts', attempt);
  if (attempt.status === 'needs_review') return;
  attempt.status = 'needs_review';
  attempt.resolveAt = null;
  writeTimeline(work, 'needs_review', { attempt_id: attempt.id });
  notify(work, 'attempt_needs_review', noticeOf(attempt));
}

/** Sent only after the provider was asked: nobody is reminded of what has just been done. */
function tellPeople(work: SubscriptionWork, attempt: AttemptRow): void {
  const kind = noticeAfterLookUp(attempt.resolveCount, attempt.status);
  if (kind === null || isBeingClosed(work, attempt)) return;
  const expiresAt = attempt.expiresAt === null ? null : toIso(attempt.expiresAt);
  const action = kind === 'action_required' ? { url: attempt.actionUrl, expires_at: expiresAt } : {};
  notify(work, kind, { ...noticeOf(attempt), ...action });
}

function noticeOf({ id, paymentId, invoiceId, amountMinor, currency, message }: AttemptRow) {
  return { attempt_id: id, payment_id: paymentId, invoice_id: invoiceId, amount: amountMinor, currency, message };
}
