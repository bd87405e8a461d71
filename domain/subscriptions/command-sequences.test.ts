import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Anchor, anchorAt, anchorOnDate, boundaryOf, nextBoundaryAfter } from '../calendar/anchor.ts';
import { addLocalDays, localDateOf } from '../calendar/local-date.ts';
import { DomainError } from '../errors.ts';
import type { PlanId, PriceId } from '../ids.ts';
import { DAY_MS, type Instant } from '../instant.ts';
import { type InvoiceLine, totalOf } from '../invoices/invoice-line.ts';
import { planForecast } from '../invoices/plan-forecast.ts';
import { planPeriodInvoice } from '../invoices/plan-period-invoice.ts';
import type { DeclineKind } from '../payments/decline.ts';
import { decideAfterDecline, defaultDunningPolicy } from '../payments/dunning.ts';
import { amountFor, type Price } from '../pricing/price.ts';
import { planChange } from '../proration/plan-change.ts';
import { planDateMove } from '../proration/plan-date-move.ts';
import type { ProrationMode, ProrationPlan } from '../proration/proration.ts';
import { allowedCommands, refuseUnlessAllowed } from './allowed-commands.ts';
import { planPause, planResume } from './pause.ts';
import { assertStatusTransition } from './status-transition.ts';
import { type Command, type PaidBasis, type SubscriptionStatus, terminalStatuses } from './subscription.ts';

/**
 * A life in miniature: the plans of the domain carried out on one plain record, in any order of commands, dates and results of
 * charges. What it checks holds for whoever carries the same plans out in a database.
 */
interface Life {
  now: Instant;
  status: SubscriptionStatus;
  anchor: Anchor;
  price: Price;
  quantity: number;
  startsAt: Instant;
  periodStartAt: Instant;
  periodEndAt: Instant;
  periodPausedMs: number;
  basis: PaidBasis | null;
  pendingLines: InvoiceLine[];
  creditMinor: number;
  paidMinor: number;
  cancelAt: Instant | null;
  pause: { at: Instant; remainingMs: number; resumesAt: Instant | null; before: SubscriptionStatus } | null;
  /** An invoice of the next period that is not paid yet. */
  due: { attemptsCount: number; firstFailedAt: Instant; nextAt: Instant } | null;
}
type Result = 'paid' | DeclineKind;
type Step =
  | { command: Command; amountMinor: number; mode: ProrationMode; days: number; result: Result }
  | { command: null; days: number; results: readonly Result[] };

const zone = 'Europe/Berlin';
const month = { unit: 'month', count: 1 } as const;
const priceOf = (amountMinor: number): Price => ({
  id: 'price_1' as PriceId,
  planId: 'plan_1' as PlanId,
  version: 1,
  model: 'per_unit',
  amountMinor,
  currency: 'EUR',
  interval: month,
});

function become(life: Life, status: SubscriptionStatus): void {
  assertStatusTransition(life.status, status);
  life.status = status;
}

function collect(life: Life, result: Result): void {
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

function end(life: Life): void {
  become(life, 'canceled');
  life.due = null;
  life.pause = null;
}

function resume(life: Life): void {
  const { pause, now, basis, pendingLines, periodPausedMs } = life;
  if (pause === null) throw new Error('nothing to resume');
  const { remainingMs } = pause;
  Object.assign(life, planResume({ now, pausedAt: pause.at, remainingMs, zone, basis, pendingLines, periodPausedMs }));
  life.pause = null;
  if (life.cancelAt !== null) life.cancelAt = life.periodEndAt;
  become(life, pause.before);
}

/** Carries a proration out; false where its charge was declined and nothing changes. */
function prorate(life: Life, plan: ProrationPlan, result: Result): boolean {
  const totalMinor = totalOf(plan.invoiceNow ?? []);
  expect(totalMinor).toBeGreaterThanOrEqual(0);
  if (plan.invoiceNow !== null && result !== 'paid') return false;
  life.paidMinor += totalMinor;
  life.creditMinor += plan.creditBalanceDeltaMinor;
  life.pendingLines = plan.pendingAfter;
  life.basis = plan.basisAfter;
  return true;
}

function changeTerms(life: Life, price: Price, quantity: number, mode: ProrationMode, result: Result): void {
  const { now, pendingLines: pending } = life;
  const texts = { fromDescription: 'Plan', toDescription: 'Plan' };
  const plan = planChange({ ...life, ...texts, at: now, pending, newAmountMinor: amountFor(price, quantity), mode });
  if (prorate(life, plan, result)) Object.assign(life, { price, quantity });
}

function changeDate(life: Life, days: number, mode: ProrationMode, result: Result): void {
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

function run(life: Life, command: Command, step: Extract<Step, { command: Command }>): void {
  const { amountMinor, mode, days, result } = step;
  const shortly = days % 2 === 0;
  if (command === 'change_plan') changeTerms(life, priceOf(amountMinor), life.quantity, mode, result);
  else if (command === 'change_quantity') changeTerms(life, life.price, 1 + (days % 5), mode, result);
  else if (command === 'change_date') changeDate(life, days, mode, result);
  else if (command === 'pause') {
    const { remainingMs } = planPause(life);
    life.pause = {
      at: life.now,
      remainingMs,
      resumesAt: shortly ? life.now + days * DAY_MS : null,
      before: life.status,
    };
    become(life, 'paused');
  } else if (command === 'resume') resume(life);
  else if (command === 'cancel') {
    if (shortly || life.status === 'past_due' || life.status === 'paused') end(life);
    else life.cancelAt = life.periodEndAt;
  } else if (command === 'uncancel') life.cancelAt = null;
  else if (command === 'retry') collect(life, result);
}

/** Moves the time on and does what falls due, each at its date. */
function live(life: Life, untilAt: Instant, results: readonly Result[]): void {
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

function check(life: Life): void {
  expect(life.creditMinor).toBeGreaterThanOrEqual(0);
  expect(life.creditMinor + (life.basis?.amountMinor ?? 0)).toBeLessThanOrEqual(life.paidMinor);
  expect(totalOf(life.pendingLines)).toBeGreaterThanOrEqual(0);
  expect(life.periodEndAt).toBeGreaterThan(life.periodStartAt);
  expect(life.periodEndAt - life.periodStartAt - life.periodPausedMs).toBeGreaterThan(0);
  expect(life.status === 'paused').toBe(life.pause !== null);
  expect(life.status === 'past_due').toBe(life.due !== null);
  const state = { ...life, trialEndAt: life.status === 'trialing' ? life.periodEndAt : null };
  const forecast = planForecast({
    subscription: {
      ...state,
      creditBalanceMinor: life.creditMinor,
      resumesAt: life.pause?.resumesAt ?? null,
      pauseRemainingMs: life.pause?.remainingMs ?? null,
    },
    terms: { planName: 'Plan', price: life.price, quantity: life.quantity },
    termsAtPeriodEnd: null,
    anchor: life.anchor,
    pendingLines: life.pendingLines,
    invoicedUntilAt: null,
    periods: 2,
  });
  for (const period of forecast) expect(period.totalMinor).toBe(totalOf(period.lines));
  if (terminalStatuses.includes(life.status))
    expect([forecast, allowedCommands({ ...life, collection: 'normal', parked: false })]).toEqual([[], []]);
}

const results = fc.constantFrom<Result>('paid', 'paid', 'paid', 'soft', 'insufficient_funds', 'hard');
const commands = fc.constantFrom<Command>(
  'change_plan',
  'change_quantity',
  'change_date',
  'pause',
  'resume',
  'cancel',
  'uncancel',
  'retry',
);
const modes = fc.constantFrom<ProrationMode>('next_invoice', 'invoice_now', 'none');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    command: commands,
    amountMinor: fc.nat({ max: 100_000 }),
    mode: modes,
    days: fc.nat({ max: 50 }),
    result: results,
  }),
  fc.record({
    command: fc.constant(null),
    days: fc.nat({ max: 45 }),
    results: fc.array(results, { minLength: 1, maxLength: 8 }),
  }),
);

it('no sequence of commands, dates and charges reaches an illegal state or gives more than was paid', () => {
  const seen = new Set<SubscriptionStatus>();
  fc.assert(
    fc.property(fc.boolean(), fc.nat({ max: 28 }), fc.array(step, { maxLength: 25 }), (trial, day, steps) => {
      const startsAt = Date.parse('2027-12-04T01:30:00Z') + day * DAY_MS;
      const start = { startsAt, periodStartAt: startsAt, periodPausedMs: 0, basis: null, pendingLines: [] };
      const money = {
        price: priceOf(2000),
        quantity: 1,
        creditMinor: 0,
        paidMinor: 0,
        cancelAt: null,
        pause: null,
        due: null,
      };
      const endsAt = addLocalDays(startsAt, trial ? 14 : 1, zone);
      const life: Life = {
        now: startsAt,
        status: 'trialing',
        anchor: anchorAt(endsAt, zone),
        periodEndAt: endsAt,
        ...start,
        ...money,
      };
      for (const step of steps) {
        if (step.command === null) live(life, life.now + step.days * DAY_MS, step.results);
        else {
          const facts = { status: life.status, collection: 'normal', cancelAt: life.cancelAt, parked: false } as const;
          if (allowedCommands(facts).includes(step.command)) run(life, step.command, step);
          else expect(() => refuseUnlessAllowed(step.command as Command, facts)).toThrow(DomainError);
        }
        seen.add(life.status);
        check(life);
      }
    }),
    { numRuns: 300 },
  );
  expect([...seen].toSorted()).toEqual(['active', 'canceled', 'past_due', 'paused', 'trialing']);
});
