import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import type { PricedPlan } from '../../db/queries/prices.ts';
import type { Anchor } from '../../domain/calendar/anchor.ts';
import type { Instant } from '../../domain/instant.ts';
import { type ForecastPeriod, planForecast } from '../../domain/invoices/plan-forecast.ts';
import type { Price } from '../../domain/pricing/price.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

export interface ForecastSource {
  sub: SubscriptionRow;
  planName: string;
  price: Price;
  anchor: Anchor | null;
  invoicedUntilAt: Instant | null;
  /** The plan of a change that waits for the period's end, where it changes the plan. */
  planAtPeriodEnd: PricedPlan | null;
}

export function forecastSourceOf(
  work: Pick<SubscriptionWork, 'sub' | 'open' | 'planName' | 'price' | 'anchor'>,
  planAtPeriodEnd: PricedPlan | null,
): ForecastSource {
  const { sub, planName, price, anchor, open } = work;
  const openRun = open.runs.find((run) => run.status === 'open');
  return { sub, planName, price, anchor, invoicedUntilAt: openRun?.periodEndAt ?? null, planAtPeriodEnd };
}

/** What will be invoiced, computed by the function that bills. */
export function forecastOf(source: ForecastSource, periods: number): ForecastPeriod[] {
  const { sub, planName, price, anchor, planAtPeriodEnd } = source;
  if (!anchor) return [];
  const change = sub.pendingChange?.waitsFor === 'period_end' ? sub.pendingChange : null;
  return planForecast({
    subscription: sub,
    terms: { planName, price, quantity: sub.quantity },
    termsAtPeriodEnd: change && {
      planName: planAtPeriodEnd?.planName ?? planName,
      price: planAtPeriodEnd?.price ?? price,
      quantity: change.quantity ?? sub.quantity,
    },
    anchor,
    pendingLines: sub.pendingLines,
    invoicedUntilAt: source.invoicedUntilAt,
    periods,
  });
}
