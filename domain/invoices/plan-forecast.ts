import { type Anchor, anchorAfterChange, anchorAt, nextBoundaryAfter } from '../calendar/anchor.ts';
import type { Instant } from '../instant.ts';
import { assertNever } from '../invariant.ts';
import type { Price } from '../pricing/price.ts';
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

/** Where the next invoice's period starts, and from which anchor it is counted; null: no invoice will follow. */
function firstBoundary(input: ForecastInput): { at: Instant; anchor: Anchor } | null {
  const { subscription, anchor } = input;
  const started = input.invoicedUntilAt ?? subscription.periodEndAt;
  switch (subscription.status) {
    case 'canceled':
    case 'expired':
    case 'payment_failed':
      return null;
    case 'paused': {
      if (subscription.resumesAt === null) return null;
      const at = subscription.resumesAt + (subscription.pauseRemainingMs ?? 0);
      return { at, anchor: anchorAt(at, anchor.zone) };
    }
    case 'scheduled':
      return { at: subscription.trialEndAt ?? subscription.startsAt, anchor };
    case 'incomplete':
    case 'trialing':
    case 'active':
    case 'past_due':
      return { at: started ?? subscription.trialEndAt ?? subscription.startsAt, anchor };
    default:
      return assertNever(subscription.status);
  }
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
  let pendingLines = input.pendingLines;
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
