import { nextBoundaryAfter } from '../calendar/anchor.ts';
import { DAY_MS } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { planPeriodInvoice } from '../invoices/plan-period-invoice.ts';
import { decideAfterDecline, defaultDunningPolicy } from '../payments/dunning.ts';
import { planResume } from '../subscriptions/pause.ts';
import { terminalStatuses } from '../subscriptions/subscription.ts';
import { become, end, type Life, month, type Result, zone } from './life.ts';

/** Invoices the next period and charges for it once. */
export function collect(life: Life, result: Result): void {
  const periodStartAt = life.periodEndAt;
  const periodEndAt = nextBoundaryAfter(life.anchor, month, periodStartAt);
  const { price, quantity, pendingLines, creditMinor: creditBalanceMinor } = life;
  const invoice = planPeriodInvoice({
    planName: 'Plan',
    price,
    quantity,
    periodStartAt,
    periodEndAt,
    pendingLines,
    creditBalanceMinor,
  });
  if (result !== 'paid' && invoice.totalMinor > 0) {
    const attemptsCount = (life.due?.attemptsCount ?? 0) + 1;
    const firstFailedAt = life.due?.firstFailedAt ?? life.now;
    const declined = { declineKind: result, attemptsCount, firstFailedAt, dueAt: life.now };
    const decision = decideAfterDecline(defaultDunningPolicy, declined);
    if (decision.kind === 'final') return end(life);
    life.due = { attemptsCount, firstFailedAt, nextAt: decision.kind === 'retry' ? decision.retryAt : decision.until };
    return become(life, 'past_due');
  }
  life.paidMinor += invoice.totalMinor;
  life.creditMinor = invoice.creditBalanceAfterMinor;
  life.basis = invoice.basis;
  life.pendingLines = [];
  life.due = null;
  Object.assign(life, { periodStartAt, periodEndAt, periodPausedMs: 0 });
  become(life, 'active');
}

export function resume(life: Life): void {
  const { pause, now, basis, pendingLines, periodPausedMs } = life;
  invariant(pause !== null, 'nothing to resume');
  const { remainingMs } = pause;
  Object.assign(life, planResume({ now, pausedAt: pause.at, remainingMs, zone, basis, pendingLines, periodPausedMs }));
  life.pause = null;
  if (life.cancelAt !== null) life.cancelAt = life.periodEndAt;
  become(life, pause.before);
}

/** Moves the time on and does what falls due, each at its date. */
export function live(life: Life, days: number, results: readonly Result[]): void {
  const untilAt = life.now + days * DAY_MS;
  for (let turn = 0; !terminalStatuses.includes(life.status); turn += 1) {
    const result = results[turn % results.length] ?? 'paid';
    const dueAt = life.pause ? (life.pause.resumesAt ?? Infinity) : (life.due?.nextAt ?? life.periodEndAt);
    if (dueAt > untilAt) break;
    life.now = Math.max(life.now, dueAt);
    if (life.pause) resume(life);
    else if (life.cancelAt !== null && life.cancelAt <= life.now) end(life);
    else if (life.due && life.due.attemptsCount > 0 && result === 'hard') end(life);
    else collect(life, result);
  }
  life.now = Math.max(life.now, untilAt);
}
