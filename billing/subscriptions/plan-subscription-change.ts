import type { BillingRunRow, InvoiceRow } from '../../db/queries/billing-rows.ts';
import { loadPlanWithPrice, type PricedPlan } from '../../db/queries/prices.ts';
import { isSameInterval } from '../../domain/calendar/interval.ts';
import { instantOfLocal, localDateOf } from '../../domain/calendar/local-date.ts';
import { DomainError } from '../../domain/errors.ts';
import type { PaymentMethodId, PlanId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { amountFor } from '../../domain/pricing/price.ts';
import { planChange } from '../../domain/proration/plan-change.ts';
import { planDateMove } from '../../domain/proration/plan-date-move.ts';
import type { ProrationMode, ProrationPlan } from '../../domain/proration/proration.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { refuseLiveInGroup } from './refuse-group-conflict.ts';

export interface ChangeInput {
  planId?: PlanId;
  nextBillingDate?: string;
  quantity?: number;
  paymentMethodId?: PaymentMethodId;
  metadata?: Record<string, string | null>;
  effective: 'now' | 'period_end';
  proration: ProrationMode;
}

/** What is sold after the change. */
export interface NewTerms {
  plan: PricedPlan;
  quantity: number;
}

/** A change of plan, quantity or date, decided and not carried out: a preview shows it, a PUT does it. */
export type ChangePlan =
  | { kind: 'none' }
  | { kind: 'at_period_end'; terms: NewTerms }
  /** Applied at once; `proration.invoiceNow` is charged first, and the rest waits for that charge. */
  | {
      kind: 'within_period';
      terms: NewTerms;
      proration: ProrationPlan;
      newEndAt: Instant | null;
      periodPausedMs: number;
    }
  /** Another interval: the period is cut off and the next one begins there, on the new plan. */
  | { kind: 'restart_period'; terms: NewTerms; cutAt: Instant; proration: ProrationPlan }
  /** The open renewal nobody has paid is taken back and invoiced anew for the same period. */
  | { kind: 'reopen'; terms: NewTerms; run: BillingRunRow; invoice: InvoiceRow; newEndAt: Instant | null };

export async function planSubscriptionChange(work: SubscriptionWork, input: ChangeInput): Promise<ChangePlan> {
  const changesTerms = input.planId !== undefined || input.quantity !== undefined;
  const changesDate = input.nextBillingDate !== undefined;
  if (!changesTerms && !changesDate) return { kind: 'none' };
  if (changesTerms && changesDate) throw refuse('Change the billing date in a call of its own.', 'next_billing_date');
  if (changesDate && input.effective === 'period_end')
    throw refuse('A new billing date takes effect now.', 'effective');
  refuseInFlight(work);
  const terms = await newTerms(work, input);
  const now = businessNow(work);
  const openRun = work.open.runs.find((run) => run.status === 'open');
  const boundaryPassed = !openRun && work.sub.status !== 'past_due' && (work.sub.periodEndAt ?? now) <= now;
  if (openRun) return planReopening(work, openRun, terms, input);
  if (changesDate) return planDate(work, input, terms);
  // A boundary that has passed and is not opened yet is billed on the new terms, without proration.
  if (input.effective === 'period_end' || boundaryPassed) return { kind: 'at_period_end', terms };
  if (!isSameInterval(terms.plan.price.interval, work.price.interval) && work.sub.status !== 'trialing') {
    return planRestart(work, terms, input.proration);
  }
  return planWithinPeriod(work, terms, input.proration);
}

function refuse(message: string, field: string): DomainError {
  return new DomainError('invalid_request', message, { field });
}

function refuseInFlight(work: SubscriptionWork): void {
  if (work.open.attempts.every(({ status }) => status === 'abandoned')) return;
  throw new DomainError('payment_in_flight', 'A payment of this subscription is being decided; try again when it is.');
}

async function newTerms(work: SubscriptionWork, input: ChangeInput): Promise<NewTerms> {
  const quantity = input.quantity ?? work.sub.quantity;
  if (input.planId === undefined) {
    const plan: PricedPlan = {
      planName: work.planName,
      planStatus: 'active',
      planGroup: work.sub.planGroup,
      price: work.price,
    };
    return { plan, quantity };
  }
  const plan = await loadPlanWithPrice(work.tx, input.planId);
  if (!plan) throw new DomainError('not_found', 'There is no such plan.', { field: 'plan_id' });
  if (plan.planStatus === 'archived' && input.planId !== work.sub.planId) {
    throw new DomainError('plan_archived', 'The plan takes no new subscriptions.');
  }
  if (plan.price.currency !== work.sub.currency) {
    throw new DomainError('currency_mismatch', 'A subscription keeps its currency.', { currency: work.sub.currency });
  }
  if (plan.planGroup !== work.sub.planGroup) await refuseLiveInGroup(work.tx, work.sub.customerId, plan.planGroup);
  return { plan, quantity };
}

function planWithinPeriod(work: SubscriptionWork, terms: NewTerms, mode: ProrationMode): ChangePlan {
  const { sub } = work;
  invariant(sub.periodStartAt !== null && sub.periodEndAt !== null, 'a change within a period has one');
  const proration = planChange({
    at: businessNow(work),
    periodStartAt: sub.periodStartAt,
    periodEndAt: sub.periodEndAt,
    periodPausedMs: sub.periodPausedMs,
    basis: sub.basis,
    pending: sub.pendingLines,
    fromDescription: describe(work.planName, sub.quantity),
    toDescription: describe(terms.plan.planName, terms.quantity),
    newAmountMinor: amountFor(terms.plan.price, terms.quantity),
    mode,
  });
  return { kind: 'within_period', terms, proration, newEndAt: null, periodPausedMs: sub.periodPausedMs };
}

/** What was paid and not used becomes credit, whatever the mode but `none`; the new period's own invoice uses it. */
function planRestart(work: SubscriptionWork, terms: NewTerms, mode: ProrationMode): ChangePlan {
  const { sub } = work;
  invariant(sub.periodStartAt !== null && sub.periodEndAt !== null, 'a period to restart is running');
  if (sub.cancelAt !== null)
    throw new DomainError('invalid_state', 'Take the scheduled cancel back before changing the interval.');
  // A period takes time, also where a frozen clock stands at its start.
  const cutAt = Math.max(businessNow(work), sub.periodStartAt + 1);
  const proration = planChange({
    at: cutAt,
    periodStartAt: sub.periodStartAt,
    periodEndAt: sub.periodEndAt,
    periodPausedMs: sub.periodPausedMs,
    basis: sub.basis,
    pending: sub.pendingLines,
    fromDescription: describe(work.planName, sub.quantity),
    toDescription: '',
    newAmountMinor: 0,
    mode: mode === 'none' ? 'none' : 'next_invoice',
  });
  return { kind: 'restart_period', terms, cutAt, proration };
}

function planDate(work: SubscriptionWork, input: ChangeInput, terms: NewTerms): ChangePlan {
  const { sub } = work;
  const newEndAt = newEndOf(work, input);
  invariant(sub.periodStartAt !== null && sub.periodEndAt !== null, 'a date to move is there');
  const proration = planDateMove({
    at: Math.min(businessNow(work), sub.periodEndAt),
    oldEndAt: sub.periodEndAt,
    newEndAt,
    periodStartAt: sub.periodStartAt,
    periodPausedMs: sub.periodPausedMs,
    basis: sub.basis,
    pending: sub.pendingLines,
    description: describe(work.planName, sub.quantity),
    fullAmountMinor: amountFor(work.price, sub.quantity),
    mode: input.proration,
  });
  return { kind: 'within_period', terms, proration, newEndAt, periodPausedMs: proration.periodPausedMsAfter };
}

function newEndOf(work: SubscriptionWork, input: ChangeInput): Instant {
  const now = businessNow(work);
  const date = input.nextBillingDate ?? '';
  invariant(work.anchor, 'a running subscription has an anchor');
  const at = instantOfLocal(date, work.anchor.localTime, work.sub.timezone);
  if (date < localDateOf(now, work.sub.timezone) || at <= now) {
    throw refuse('next_billing_date lies in the past.', 'next_billing_date');
  }
  return at;
}

function planReopening(work: SubscriptionWork, run: BillingRunRow, terms: NewTerms, input: ChangeInput): ChangePlan {
  const invoice = work.open.invoices.find((open) => open.billingRunId === run.id);
  invariant(invoice, `billing run ${run.id} has its invoice`);
  if (input.effective === 'period_end') return { kind: 'at_period_end', terms };
  const newEndAt = input.nextBillingDate === undefined ? null : newEndOf(work, input);
  if (newEndAt !== null && (newEndAt > run.periodEndAt || newEndAt <= run.periodStartAt)) {
    throw refuse('While a renewal is unpaid the next billing date lies within its period.', 'next_billing_date');
  }
  return { kind: 'reopen', terms, run, invoice, newEndAt };
}

function describe(planName: string, quantity: number): string {
  return quantity === 1 ? planName : `${planName} × ${quantity}`;
}
