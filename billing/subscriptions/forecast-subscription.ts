import type { Answer } from '../../contracts/answer.ts';
import { loadPlanAtPeriodEnd } from '../../db/queries/prices.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import type { ForecastPeriod } from '../../domain/invoices/plan-forecast.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { loadWork } from '../subscription-work/subscription-work.ts';
import { unknownSubscription } from './change-one.ts';
import { forecastOf, forecastSourceOf } from './forecast-of.ts';
import { renderLine } from './render-line.ts';

/** The invoices to come if nothing changes, beginning with the next, by the function that bills. */
export function forecastSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  periods: number,
): Promise<Answer> {
  return withTenant(context.database, call.tenantId, async (tx) => {
    const work = await loadWork(tx, id, call.caller);
    if (!work) throw unknownSubscription();
    const source = forecastSourceOf(work, await loadPlanAtPeriodEnd(tx, work.sub.pendingChange));
    return { status: 200, body: { data: forecastOf(source, periods).map(renderForecastPeriod) } };
  });
}

export function renderForecastPeriod(period: ForecastPeriod) {
  return {
    period_start: toIso(period.periodStartAt),
    period_end: toIso(period.periodEndAt),
    due_at: toIso(period.dueAt),
    total: period.totalMinor,
    currency: period.currency,
    lines: period.lines.map(renderLine),
  };
}
