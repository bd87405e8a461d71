import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import type { Duty } from '../../domain/subscriptions/what-comes-next.ts';
import { loseLease } from '../collection/apply-charge-result.ts';
import { endDunning } from '../collection/end-dunning.ts';
import { endSubscription } from '../collection/end-subscription.ts';
import { enterTrial } from '../collection/enter-trial.ts';
import { openBillingRun } from '../collection/open-billing-run.ts';
import { attemptPayment } from '../collection/open-payment.ts';
import { emitPaymentFailedPermanently } from '../collection/payment-events.ts';
import { isDueCall, nextOf } from '../subscription-work/settle.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { resumeNow } from '../subscriptions/resume-now.ts';

/** More duties than one transaction should carry; the rest follows a second later. */
const dutiesPerStep = 20;

/**
 * Does what is due on the locked row, in order of its dates, up to the first call to a provider. Its clock is the row's: real
 * time, or the instant a test clock stands at.
 */
export async function doWhatIsDue(work: SubscriptionWork): Promise<void> {
  for (let done = 0; done < dutiesPerStep; done += 1) {
    const next = nextOf(work);
    if (next.duty === null || next.wakeAt > work.tx.now) return;
    moveClock(work, next.duty);
    if (isDueCall(next, work)) return;
    await perform(work, next.duty);
  }
}

/** Each business step of an advance happens at its own due instant, as it would have in real time. */
function moveClock(work: SubscriptionWork, duty: Duty): void {
  const { clock } = work;
  if (!clock || duty.time !== 'business' || duty.at <= clock.frozenAt) return;
  work.clock = { ...clock, frozenAt: duty.at };
  work.clockChanged = true;
}

async function perform(work: SubscriptionWork, duty: Duty): Promise<void> {
  switch (duty.kind) {
    case 'lease_end':
      // Whoever held the lease is gone or late: it may have charged.
      return loseLease(work, attemptOf(work, duty));
    case 'cancel':
      return endSubscription(work, 'canceled', null);
    case 'resume':
      return resumeNow(work);
    case 'expire':
      return endSubscription(work, 'expired', 'first payment not decided in time');
    case 'dunning_end':
      return giveUp(work, paymentOf(work, duty));
    case 'collect':
      await attemptPayment(work, paymentOf(work, duty), { trigger: 'retry', dueAt: duty.at });
      return;
    case 'start':
      return begin(work, duty.at);
    case 'renew':
      emit(work, 'subscriptions.renew_required', () => ({ due_at: toIso(duty.at), kind: duty.kind }));
      await openBillingRun(work, duty.at, isFirst(work, duty.at) ? 'first' : 'renewal');
      return;
    case 'advance_clock':
      return finishAdvance(work);
    case 'charge':
    case 'look_up':
    case 'close_action':
      throw new Error(`${duty.kind} is a call to a provider, not a step of a transaction`);
    default:
      assertNever(duty.kind);
  }
}

/** After the trial, or after a pause that dunning made before anything was paid. */
function isFirst({ sub }: SubscriptionWork, at: Instant): boolean {
  return sub.trialEndAt === at || sub.periodStartAt === null;
}

/** The start date of a scheduled subscription is reached. */
async function begin(work: SubscriptionWork, at: Instant): Promise<void> {
  const { trialEndAt } = work.sub;
  if (trialEndAt === null || trialEndAt <= at) {
    await openBillingRun(work, at, 'first');
    return;
  }
  enterTrial(work, at, trialEndAt);
  emit(work, 'subscriptions.updated', () => ({
    subscription: subscriptionSnapshot(work.sub),
    changes: ['status', 'period'],
  }));
}

function attemptOf(work: SubscriptionWork, duty: Duty): AttemptRow {
  const attempt = work.open.attempts.find(({ id }) => id === duty.subjectId);
  invariant(attempt, `attempt ${duty.subjectId} is open`);
  return attempt;
}

function paymentOf(work: SubscriptionWork, duty: Duty): PaymentRow {
  const payment = work.open.payments.find(({ id }) => id === duty.subjectId);
  invariant(payment, `payment ${duty.subjectId} is open`);
  return payment;
}

function giveUp(work: SubscriptionWork, payment: PaymentRow): void {
  if (payment.status !== 'failed_permanent') {
    payment.status = 'failed_permanent';
    emitPaymentFailedPermanently(work, payment, null);
  }
  payment.dunningEndsAt = null;
  touch(work, 'payments', payment);
  const invoice = work.open.invoices.find(({ id }) => id === payment.invoiceId);
  invariant(invoice, `payment ${payment.id} collects an open invoice`);
  endDunning(work, invoice);
}

function finishAdvance(work: SubscriptionWork): void {
  invariant(work.clock?.targetAt, 'an advance has a target');
  work.clock = { frozenAt: work.clock.targetAt, targetAt: null };
  work.clockChanged = true;
}
