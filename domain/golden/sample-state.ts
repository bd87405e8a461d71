import { type Anchor, anchorAt } from '../calendar/anchor.ts';
import type { Interval } from '../calendar/interval.ts';
import type { PlanId, PriceId } from '../ids.ts';
import type { Instant } from '../instant.ts';
import type { ForecastInput, Terms } from '../invoices/plan-forecast.ts';

export const month: Interval = { unit: 'month', count: 1 };
export const at = (iso: string) => Date.parse(iso);

export function terms(
  planName: string,
  amountMinor: number,
  currency: string,
  more: Partial<Terms['price']> = {},
): Terms {
  const price = { id: 'price_1' as PriceId, planId: 'plan_1' as PlanId, version: 1, model: 'flat' as const };
  return { planName, quantity: 1, price: { ...price, amountMinor, currency, interval: month, ...more } };
}

/** The state of a subscription as far as its next invoices go. */
export function stateOf(
  terms: Terms,
  startsAt: Instant,
  zone: string,
  more: Partial<ForecastInput> = {},
): ForecastInput {
  const subscription: ForecastInput['subscription'] = {
    status: 'scheduled',
    startsAt,
    trialEndAt: null,
    periodEndAt: null,
    creditBalanceMinor: 0,
    cancelAt: null,
    pausedAt: null,
    resumesAt: null,
    pauseRemainingMs: null,
  };
  const anchor: Anchor = anchorAt(startsAt, zone);
  return {
    subscription,
    terms,
    termsAtPeriodEnd: null,
    anchor,
    pendingLines: [],
    invoicedUntilAt: null,
    periods: 3,
    ...more,
  };
}
