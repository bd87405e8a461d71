import { DAY_MS, SECOND_MS, toIso } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { amountFor } from '../../domain/pricing/price.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import type { DutyKind, WhatComesNext } from '../../domain/subscriptions/what-comes-next.ts';
import type { OwedIntent } from '../context.ts';
import { isDueCall, isEnded, refOfWork, type Settled, settle } from '../subscription-work/settle.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { describeCarrier, describeShown } from './describe-subscription.ts';
import type { NextStep, ProviderCall, Shown } from './next-step.ts';

/** Longer than anybody waits: a sleep with nothing to wait for. */
const foreverMs = 3_650 * DAY_MS;

const callOf: Partial<Record<DutyKind, ProviderCall>> = {
  charge: 'chargeAttempt',
  look_up: 'lookUpAttempt',
  close_action: 'cancelAttempt',
};

export interface SettledStep {
  next: NextStep;
  /** Owed to other workflows: this one learns directly. To be sent after the commit. */
  intents: OwedIntent[];
}

/** Settles a verb the workflow asked for, and says what follows. */
export async function settleStep(work: SubscriptionWork): Promise<SettledStep> {
  const { sub, timeline } = work;
  // Tries that only decide to try again bear no fruit: what does, stands in the timeline.
  if (timeline.length > 0 && sub.parkedAt === null) sub.fruitlessTries = 0;
  const settled = await settle(work, 'step');
  return { next: stepOf(work, settled), intents: settled.intents };
}

function stepOf(work: SubscriptionWork, settled: Settled): NextStep {
  const { sub, tx } = work;
  // Said every time: what a run was told once may be lost with it.
  const isSubscription = work.owner.kind === 'subscription';
  const changed = {
    status: isSubscription ? renderedStatus(sub) : null,
    planId: isSubscription ? sub.planId : null,
    customerId: sub.customerId,
  };
  const { next } = settled;
  if (isEnded(work)) {
    const summary = `Ended: ${isSubscription ? sub.status : sub.lastResult}`;
    return { kind: 'ended', summary, shown: shownOf(work), changed };
  }
  if (isDueCall(next, work)) return callStep(work, next);
  const sleepMs = Math.min(foreverMs, Math.max(SECOND_MS, next.wakeAt - tx.now));
  const shown = shownOf(work);
  return { kind: 'sleep', sleepMs, summary: shown.nextAction, shown, changed };
}

function callStep(work: SubscriptionWork, next: WhatComesNext): NextStep {
  const { open } = work;
  const activity = callOf[next.kind as DutyKind];
  invariant(activity && next.duty?.subjectId, `${next.kind} is a call to a provider`);
  const subjectId = next.duty.subjectId;
  const attempt = open.attempts.find(({ id }) => id === subjectId);
  return {
    kind: 'call',
    activity,
    input: { ...refOfWork(work), subjectId },
    provider: attempt?.provider ?? 'sandbox',
    priority: attempt?.trigger === 'renewal' ? 'renewal' : 'interactive',
    summary: summaryOfCharge(work, subjectId),
  };
}

/** "Renewal 4 · 19.99 USD · due 2026-03-31". */
export function summaryOfCharge(work: SubscriptionWork, attemptId: string): string {
  const attempt = work.open.attempts.find(({ id }) => id === attemptId);
  invariant(attempt, `attempt ${attemptId} is open`);
  const invoice = work.open.invoices.find(({ id }) => id === attempt.invoiceId);
  const run = work.open.runs.find(({ id }) => id === invoice?.billingRunId);
  const what = run ? (run.kind === 'renewal' ? `Renewal ${run.ordinal}` : 'First charge') : `${attempt.trigger} charge`;
  const retry = attempt.number > 1 ? ` · attempt ${attempt.number}` : '';
  return `${what}${retry} · ${formatMoney(attempt.amountMinor, attempt.currency)} · due ${toIso(attempt.dueAt).slice(0, 10)}`;
}

export function shownOf(work: SubscriptionWork): Shown {
  const { sub, open } = work;
  if (work.owner.kind !== 'subscription') {
    const [payment = null] = [...open.payments, ...[...work.changed.payments.values()].map(({ row }) => row)];
    return describeCarrier({
      ...{ what: work.planName, status: payment?.status ?? 'done', amountMinor: payment?.amountMinor ?? 0 },
      ...{ parkedAt: sub.parkedAt, currency: sub.currency, nextKind: sub.nextKind, nextAt: sub.nextAt },
      lastResult: sub.lastResult,
    });
  }
  return describeShown({
    status: renderedStatus(sub),
    collection: sub.collection,
    parkedAt: sub.parkedAt,
    planName: work.planName,
    quantity: sub.quantity,
    amountMinor: amountFor(work.price, sub.quantity),
    currency: sub.currency,
    timezone: sub.timezone,
    periodEndAt: sub.periodEndAt,
    cancelAt: sub.cancelAt,
    nextKind: sub.nextKind,
    nextAt: sub.nextAt,
    lastResult: sub.lastResult || `since ${toIso(businessNow(work)).slice(0, 10)}`,
  });
}
