import { type ForecastPeriod, planForecast } from '../invoices/plan-forecast.ts';
import type { Life } from './life.ts';

export function forecastLife(life: Life): ForecastPeriod[] {
  return planForecast({
    subscription: {
      ...life,
      trialEndAt: life.status === 'trialing' ? life.periodEndAt : null,
      creditBalanceMinor: life.creditMinor,
      pausedAt: life.pause?.at ?? null,
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
}
