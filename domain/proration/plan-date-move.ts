import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import { scaleMinor } from '../money/money.ts';
import type { PaidBasis } from '../subscriptions/subscription.ts';
import { type ProrationMode, type ProrationPlan, paidShare, prorationLine, truncateLines } from './proration.ts';

export interface DateMove {
  at: Instant;
  oldEndAt: Instant;
  newEndAt: Instant;
  periodStartAt: Instant;
  /** As in a change within the period. */
  periodPausedMs: number;
  /** Null in a trial: then a move costs nothing. */
  basis: PaidBasis | null;
  pending: readonly InvoiceLine[];
  description: string;
  /** Minor units of a full period. */
  fullAmountMinor: number;
  mode: ProrationMode;
}

export interface DateMovePlan extends ProrationPlan {
  /** Keeps the length of a full period known after its end has moved. */
  periodPausedMsAfter: number;
}

/** The basis respread over `[at, endsAt)`: what lies before `at` is used up at its old rate. */
function respread(basis: PaidBasis | null, move: DateMove, amountMinor: number): PaidBasis | null {
  return basis === null ? null : { amountMinor, startsAt: move.at, endsAt: move.newEndAt };
}

function planExtension(move: DateMove, kept: DateMovePlan): DateMovePlan {
  const { basis, oldEndAt, newEndAt } = move;
  const unusedMinor = paidShare(basis, move.at, oldEndAt);
  if (basis === null) return kept;
  if (move.mode === 'none') return { ...kept, basisAfter: respread(basis, move, unusedMinor) };
  const fullMs = oldEndAt - move.periodStartAt - move.periodPausedMs;
  invariant(fullMs > 0, 'a full period takes time');
  const netMinor = scaleMinor(move.fullAmountMinor, { part: newEndAt - oldEndAt, whole: fullMs });
  const line = prorationLine({
    kind: 'proration_debit',
    description: `Added time of ${move.description}`,
    amountMinor: netMinor,
    startsAt: oldEndAt,
    endsAt: newEndAt,
  });
  if (netMinor === 0) return { ...kept, basisAfter: respread(basis, move, unusedMinor) };
  // The added time belongs to the basis only once it is paid: until then it is pending, and moving back just drops the line.
  if (move.mode === 'next_invoice') return { ...kept, pendingAfter: [...kept.pendingAfter, line], netMinor };
  return { ...kept, invoiceNow: [line], basisAfter: respread(basis, move, unusedMinor + netMinor), netMinor };
}

function planShortening(move: DateMove, kept: DateMovePlan): DateMovePlan {
  const { basis, newEndAt } = move;
  const unusedMinor = paidShare(basis, move.at, move.oldEndAt);
  const removedMinor = move.mode === 'none' ? 0 : paidShare(basis, newEndAt, move.oldEndAt);
  return {
    ...kept,
    pendingAfter: truncateLines(move.pending, newEndAt),
    creditBalanceDeltaMinor: removedMinor,
    basisAfter: respread(basis, move, unusedMinor - removedMinor),
    netMinor: 0 - removedMinor,
  };
}

/**
 * A move of the period's end (R23, next billing date): added time is billed at the full price's rate, removed time that was paid
 * becomes credit balance, removed time that was only pending is dropped.
 */
export function planDateMove(move: DateMove): DateMovePlan {
  invariant(move.at >= move.periodStartAt && move.at <= move.oldEndAt, 'a period is moved while it runs');
  invariant(move.newEndAt > move.at, 'a period is not moved to end in the past');
  const kept: DateMovePlan = {
    pendingAfter: [...move.pending],
    invoiceNow: null,
    creditBalanceDeltaMinor: 0,
    basisAfter: move.basis,
    netMinor: 0,
    periodPausedMsAfter: move.periodPausedMs + move.newEndAt - move.oldEndAt,
  };
  if (move.newEndAt === move.oldEndAt) return kept;
  return move.newEndAt > move.oldEndAt ? planExtension(move, kept) : planShortening(move, kept);
}
