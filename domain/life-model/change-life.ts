import { anchorOnDate, boundaryOf } from '../calendar/anchor.ts';
import { addLocalDays, localDateOf } from '../calendar/local-date.ts';
import { invariant } from '../invariant.ts';
import { totalOf } from '../invoices/invoice-line.ts';
import { amountFor, type Price } from '../pricing/price.ts';
import { planChange } from '../proration/plan-change.ts';
import { planDateMove } from '../proration/plan-date-move.ts';
import type { ProrationMode, ProrationPlan } from '../proration/proration.ts';
import { type Life, month, type Result, zone } from './life.ts';

/** Carries a proration out; false where its charge was declined and nothing changes. */
function prorate(life: Life, plan: ProrationPlan, result: Result): boolean {
  const totalMinor = totalOf(plan.invoiceNow ?? []);
  invariant(totalMinor >= 0, 'an invoice of a change asks for money');
  if (plan.invoiceNow !== null && result !== 'paid') return false;
  life.paidMinor += totalMinor;
  life.creditMinor += plan.creditBalanceDeltaMinor;
  life.pendingLines = plan.pendingAfter;
  life.basis = plan.basisAfter;
  return true;
}

export function changeTerms(life: Life, price: Price, quantity: number, mode: ProrationMode, result: Result): void {
  const { now, pendingLines: pending } = life;
  const texts = { fromDescription: 'Plan', toDescription: 'Plan' };
  const plan = planChange({ ...life, ...texts, at: now, pending, newAmountMinor: amountFor(price, quantity), mode });
  if (prorate(life, plan, result)) Object.assign(life, { price, quantity });
}

export function changeDate(life: Life, days: number, mode: ProrationMode, result: Result): void {
  if (life.status === 'past_due') return;
  const anchor = anchorOnDate(localDateOf(addLocalDays(life.now, days + 2, zone), zone), life.anchor);
  const newEndAt = boundaryOf(anchor, month, 0);
  const { now: at, periodEndAt: oldEndAt, pendingLines: pending } = life;
  const fullAmountMinor = amountFor(life.price, life.quantity);
  const plan = planDateMove({ ...life, at, oldEndAt, newEndAt, pending, description: 'Plan', fullAmountMinor, mode });
  if (!prorate(life, plan, result)) return;
  if (life.cancelAt !== null) life.cancelAt = newEndAt;
  Object.assign(life, { anchor, periodEndAt: newEndAt, periodPausedMs: plan.periodPausedMsAfter });
}
