import { type Anchor, anchorAfterChange, anchorAt, nextBoundaryAfter } from '../calendar/anchor.ts';
import type { Instant } from '../instant.ts';
import { assertNever } from '../invariant.ts';
import type { Price } from '../pricing/price.ts';
import { planResume, shortestRemainderMs } from '../subscriptions/pause.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { InvoiceLine } from './invoice-line.ts';
import { planPeriodInvoice } from './plan-period-invoice.ts';

/** What is sold from a boundary on. */
export interface Terms {
  planName: string;
  price: Price;
  quantity: number;
}

export interface ForecastInput {
  subscription: Pick<
    Subscription,
    | 'status'
    | 'startsAt'
    | 'trialEndAt'
    | 'periodEndAt'
    | 'creditBalanceMinor'
    | 'cancelAt'
    | 'pausedAt'
    | 'resumesAt'
    | 'pauseRemainingMs'
  >;
  terms: Terms;
  /** Terms of a pending change that waits for the period's end, else null. One that waits for a payment is not counted on. */
  termsAtPeriodEnd: Terms | null;
  anchor: Anchor;
  pendingLines: readonly InvoiceLine[];
  /** End of the last period that has its invoice already, paid or not (past due, first payment undecided); null: the period in force. */
  invoicedUntilAt: Instant | null;
  periods: number;
}

export interface ForecastPeriod {
  periodStartAt: Instant;
  periodEndAt: Instant;
  dueAt: Instant;
  totalMinor: number;
  currency: string;
  lines: InvoiceLine[];
}

/** Where the next invoice's period starts, from which anchor it is counted, and what waits for it. */
interface FirstBoundary {
  at: Instant;
  anchor: Anchor;
  pendingLines: readonly InvoiceLine[];
}

/** Null: no invoice will follow. */
function firstBoundary(input: ForecastInput): FirstBoundary | null {
  const { subscription, anchor, pendingLines } = input;
  const started = input.invoicedUntilAt ?? subscription.periodEndAt;
  switch (subscription.status) {
    case 'canceled':
    case 'expired':
    case 'payment_failed':
      return null;
    case 'paused':
      return subscription.resumesAt === null ? null : boundaryAfterPause(input, subscription.resumesAt);
    case 'scheduled':
      return { at: subscription.trialEndAt ?? subscription.startsAt, anchor, pendingLines };
    case 'incomplete':
    case 'trialing':
    case 'active':
    case 'past_due':
      return { at: started ?? subscription.trialEndAt ?? subscription.startsAt, anchor, pendingLines };
    default:
      return assertNever(subscription.status);
  }
}

/** As the resume itself will plan it; a period that is invoiced already grows by the time paused. */
function boundaryAfterPause(input: ForecastInput, resumesAt: Instant): FirstBoundary {
  const { subscription, anchor, pendingLines } = input;
  const pausedAt = subscription.pausedAt ?? resumesAt;
  if (input.invoicedUntilAt !== null) {
    const at = input.invoicedUntilAt + resumesAt - pausedAt;
    return { at, anchor: anchorAt(at, anchor.zone), pendingLines };
  }
  const remainingMs = Math.max(subscription.pauseRemainingMs ?? 0, shortestRemainderMs);
  const plan = planResume({
    ...{ now: resumesAt, pausedAt, remainingMs, zone: anchor.zone, pendingLines },
    ...{ basis: null, periodPausedMs: 0 },
  });
  return { at: plan.periodEndAt, anchor: plan.anchor, pendingLines: plan.pendingLines };
}

/**
 * The invoices to come if nothing changes: `planPeriodInvoice` repeated from the next boundary, at most `periods` times, none at or
 * after `cancelAt`. A pause until a date counts as ending then; an open-ended one leaves nothing to forecast.
 */
export function planForecast(input: ForecastInput): ForecastPeriod[] {
  const first = firstBoundary(input);
  if (first === null) return [];
  const terms = input.termsAtPeriodEnd ?? input.terms;
  const anchor = anchorAfterChange({
    anchor: first.anchor,
    from: input.terms.price.interval,
    to: terms.price.interval,
    at: first.at,
  });
  const cancelAt = input.subscription.cancelAt ?? Number.POSITIVE_INFINITY;
  const forecast: ForecastPeriod[] = [];
  let creditBalanceMinor = input.subscription.creditBalanceMinor;
  let { pendingLines } = first;
  let periodStartAt = first.at;
  while (forecast.length < input.periods && periodStartAt < cancelAt) {
    const periodEndAt = nextBoundaryAfter(anchor, terms.price.interval, periodStartAt);
    const invoice = planPeriodInvoice({ ...terms, periodStartAt, periodEndAt, pendingLines, creditBalanceMinor });
    forecast.push({
      periodStartAt,
      periodEndAt,
      dueAt: periodStartAt,
      totalMinor: invoice.totalMinor,
      currency: terms.price.currency,
      lines: invoice.lines,
    });
    creditBalanceMinor = invoice.creditBalanceAfterMinor;
    pendingLines = [];
    periodStartAt = periodEndAt;
  }
  return forecast;
}
