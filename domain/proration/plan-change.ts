import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import { scaleMinor } from '../money/money.ts';
import type { PaidBasis } from '../subscriptions/subscription.ts';
import { type ProrationMode, type ProrationPlan, paidShare, prorationLine, truncateLines } from './proration.ts';

export interface ChangeWithinPeriod {
  at: Instant;
  periodStartAt: Instant;
  periodEndAt: Instant;
  /** How much longer than a full one the period is: pauses, and moves of its end (negative when moved earlier). */
  periodPausedMs: number;
  /** Null in a trial: then a change moves no money. A free period has a basis of 0. */
  basis: PaidBasis | null;
  /** Proration lines of this period that no invoice has yet, each with its time. */
  pending: readonly InvoiceLine[];
  fromDescription: string;
  toDescription: string;
  /** Minor units of a full period after the change. */
  newAmountMinor: number;
  mode: ProrationMode;
}

/**
 * A change of plan or quantity now (R23). First what was still pending is cut off at `at`, so that a reverse change cancels it; then
 * the unused share of what was billed and paid is credited, and the rest of the period is debited at the new price. A gain goes to
 * the credit balance whatever the mode; a debt is collected by it. From the period's end on nothing is prorated.
 */
export function planChange(change: ChangeWithinPeriod): ProrationPlan {
  const { at, basis, periodEndAt, mode } = change;
  const pending = truncateLines(change.pending, at);
  const unchanged = {
    pendingAfter: pending,
    invoiceNow: null,
    creditBalanceDeltaMinor: 0,
    basisAfter: basis,
    netMinor: 0,
  };
  if (basis === null || mode === 'none' || at >= periodEndAt) return unchanged;

  const fullMs = periodEndAt - change.periodStartAt - change.periodPausedMs;
  invariant(at >= change.periodStartAt && fullMs > 0, 'a change lies in its period, and a full period takes time');
  const creditMinor = paidShare(basis, at, periodEndAt);
  const debitMinor = scaleMinor(change.newAmountMinor, { part: periodEndAt - at, whole: fullMs });
  const netMinor = debitMinor - creditMinor;
  const basisAfter = { amountMinor: debitMinor, startsAt: at, endsAt: periodEndAt };
  if (netMinor <= 0) return { ...unchanged, creditBalanceDeltaMinor: 0 - netMinor, basisAfter, netMinor };

  const lines = [
    prorationLine({
      kind: 'proration_credit',
      description: `Unused time of ${change.fromDescription}`,
      amountMinor: 0 - creditMinor,
      startsAt: at,
      endsAt: periodEndAt,
    }),
    prorationLine({
      kind: 'proration_debit',
      description: `Remaining time of ${change.toDescription}`,
      amountMinor: debitMinor,
      startsAt: at,
      endsAt: periodEndAt,
    }),
  ];
  if (mode === 'next_invoice') return { ...unchanged, pendingAfter: [...pending, ...lines], netMinor };
  return { ...unchanged, pendingAfter: [], invoiceNow: [...pending, ...lines], basisAfter, netMinor };
}
