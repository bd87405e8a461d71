import { loadCurrentRun } from '../../db/queries/billing-runs.ts';
import { loadPendingLines } from '../../db/queries/invoice-lines.ts';
import { nextBoundaryAfter } from '../../domain/calendar/anchor.ts';
import { isSameInterval } from '../../domain/calendar/interval.ts';
import { DomainError } from '../../domain/errors.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import { applyCreditBalance } from '../../domain/invoices/apply-credit-balance.ts';
import { applyPaidChange } from '../collection/apply-paid-change.ts';
import { draftInvoice, finalizeInvoice, markInvoicePaid } from '../collection/issue-invoice.ts';
import { moveAnchor, movePeriodEnd } from '../collection/move-period-end.ts';
import { invoiceRun } from '../collection/open-billing-run.ts';
import { attemptPayment, openPayment } from '../collection/open-payment.ts';
import { voidInvoice } from '../collection/void-invoice.ts';
import {
  businessNow,
  postLedger,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import type { ChangePlan, NewTerms } from './plan-subscription-change.ts';

/** Does what was planned. True when it made a charge that has to be decided before the change takes effect. */
export async function carryOutChange(work: SubscriptionWork, plan: ChangePlan): Promise<boolean> {
  switch (plan.kind) {
    case 'none':
      return false;
    case 'at_period_end':
      waitForPeriodEnd(work, plan.terms);
      return false;
    case 'within_period':
      return changeWithinPeriod(work, plan);
    case 'restart_period':
      await restartPeriod(work, plan);
      return false;
    case 'reopen':
      await reopenRenewal(work, plan);
      return false;
    default:
      return assertNever(plan);
  }
}

function waitForPeriodEnd(work: SubscriptionWork, terms: NewTerms): void {
  const { price } = terms.plan;
  work.sub.pendingChange = {
    waitsFor: 'period_end',
    planId: price.planId,
    priceId: price.id,
    quantity: terms.quantity,
    basis: null,
    madeForEndAt: work.sub.periodEndAt,
    newEndAt: null,
  };
  writeTimeline(work, 'change_scheduled', { plan_id: price.planId, quantity: terms.quantity });
}

function applyTerms(work: SubscriptionWork, terms: NewTerms): void {
  const { sub } = work;
  sub.planId = terms.plan.price.planId;
  sub.priceId = terms.plan.price.id;
  sub.planGroup = terms.plan.planGroup;
  sub.quantity = terms.quantity;
  work.price = terms.plan.price;
  work.planName = terms.plan.planName;
}

async function changeWithinPeriod(
  work: SubscriptionWork,
  plan: Extract<ChangePlan, { kind: 'within_period' }>,
): Promise<boolean> {
  const { proration, terms, newEndAt } = plan;
  if (proration.invoiceNow !== null) return chargeNow(work, plan);
  applyTerms(work, terms);
  applyProration(work, proration);
  if (newEndAt !== null) {
    await movePeriodEnd(work, newEndAt);
    work.sub.periodPausedMs = plan.periodPausedMs;
  }
  writeTimeline(work, newEndAt === null ? 'plan_changed' : 'billing_date_changed', { quantity: work.sub.quantity });
  return false;
}

function applyProration(
  work: SubscriptionWork,
  proration: Extract<ChangePlan, { kind: 'within_period' }>['proration'],
): void {
  const { sub } = work;
  sub.pendingLines = proration.pendingAfter;
  sub.basis = proration.basisAfter;
  sub.creditBalanceMinor += proration.creditBalanceDeltaMinor;
  postLedger(work, 'credit_granted', {}, [
    { account: 'revenue', amountMinor: proration.creditBalanceDeltaMinor },
    { account: 'credit_balance', amountMinor: -proration.creditBalanceDeltaMinor },
  ]);
}

/** Design §5: invoice, attempt and pending change are committed together; paid, the change takes effect. */
async function chargeNow(
  work: SubscriptionWork,
  plan: Extract<ChangePlan, { kind: 'within_period' }>,
): Promise<boolean> {
  const { sub } = work;
  const { proration, terms, newEndAt } = plan;
  invariant(proration.invoiceNow !== null, 'there is something to charge now');
  const settled = applyCreditBalance(proration.invoiceNow, sub.creditBalanceMinor);
  const invoice = draftInvoice(work, { kind: 'proration', run: null, settled });
  finalizeInvoice(work, invoice);
  sub.pendingChange = {
    waitsFor: 'payment',
    planId: terms.plan.price.planId,
    priceId: terms.plan.price.id,
    quantity: terms.quantity,
    basis: proration.basisAfter,
    madeForEndAt: sub.periodEndAt,
    newEndAt,
    scheduled: sub.pendingChange,
  };
  if (settled.totalMinor === 0) {
    markInvoicePaid(work, invoice, 0);
    await applyPaidChange(work, invoice);
    return false;
  }
  const attempt = await attemptPayment(work, openPayment(work, invoice), {
    trigger: 'upgrade',
    dueAt: businessNow(work),
  });
  if (!attempt) throw new DomainError('payment_method_required', 'The customer has no payment method to charge.');
  return true;
}

async function restartPeriod(
  work: SubscriptionWork,
  plan: Extract<ChangePlan, { kind: 'restart_period' }>,
): Promise<void> {
  const { sub } = work;
  const { cutAt, proration } = plan;
  applyTerms(work, plan.terms);
  applyProration(work, proration);
  const run = sub.periodStartAt === null ? null : await loadCurrentRun(work.tx, sub.id, sub.periodStartAt);
  if (run) {
    run.periodEndAt = cutAt;
    touch(work, 'runs', run);
  }
  sub.periodEndAt = cutAt;
  sub.periodPausedMs = 0;
  moveAnchor(work, cutAt);
  if (work.clock && work.clock.frozenAt < cutAt) {
    work.clock = { ...work.clock, frozenAt: cutAt };
    work.clockChanged = true;
  }
  writeTimeline(work, 'plan_changed', { quantity: sub.quantity, restarted: true });
}

async function reopenRenewal(work: SubscriptionWork, plan: Extract<ChangePlan, { kind: 'reopen' }>): Promise<void> {
  const { run, invoice, terms, newEndAt } = plan;
  const fullMs = run.periodEndAt - run.periodStartAt;
  const restarts = !isSameInterval(terms.plan.price.interval, work.price.interval);
  work.sub.pendingLines = await loadPendingLines(work.tx, invoice.id);
  voidInvoice(work, invoice, 'changed before it was paid');
  applyTerms(work, terms);
  if (restarts) moveAnchor(work, run.periodStartAt);
  invariant(work.anchor, 'a renewal hangs on an anchor');
  run.periodEndAt = newEndAt ?? nextBoundaryAfter(work.anchor, work.price.interval, run.periodStartAt);
  touch(work, 'runs', run);
  if (newEndAt !== null) moveAnchor(work, newEndAt);
  const share = newEndAt === null ? undefined : { part: newEndAt - run.periodStartAt, whole: fullMs };
  await invoiceRun(work, run, 'renewal', share);
  writeTimeline(work, newEndAt === null ? 'plan_changed' : 'billing_date_changed', { reopened: true });
}
