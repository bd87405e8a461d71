import type { OverviewBody, TodayBody } from '../../contracts/rest/reports.ts';
import { subscriptionStatus } from '../../contracts/rest/subscription-answers.ts';
import { type Overview, rateDays } from '../../db/queries/reports/read-overview.ts';
import type { Today } from '../../db/queries/reports/read-today.ts';
import { toIso } from '../../domain/instant.ts';
import { monthlyRecurringRevenue } from '../../domain/reports/recurring-revenue.ts';

export function renderOverview(overview: Overview): OverviewBody {
  const { scope, counts, recurring, churn, recovery } = overview;
  return {
    as_of: toIso(scope.now),
    timezone: scope.zone,
    subscriptions: Object.fromEntries(
      subscriptionStatus.options.map((status) => [status, counts.get(status) ?? 0]),
    ) as OverviewBody['subscriptions'],
    mrr: monthlyRecurringRevenue(recurring).map(({ currency, amountMinor, subscriptions }) => ({
      ...{ currency, amount: amountMinor, subscriptions },
    })),
    churn: {
      ...{ days: rateDays, active_at_start: churn.activeAtStart, canceled: churn.canceled },
      rate: rateOf(churn.canceled, churn.activeAtStart),
    },
    recovery: { days: rateDays, ...recovery, rate: rateOf(recovery.recovered, recovery.failed) },
    series: renderSeries(overview),
  };
}

const rateDecimals = 4;

function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Number((part / whole).toFixed(rateDecimals));
}

function renderSeries({ days, daily }: Overview): OverviewBody['series'] {
  const collected = Map.groupBy(daily.collected, ({ day }) => day);
  return days.dates.map((date, day) => ({
    date,
    collected: (collected.get(day) ?? [])
      .map(({ currency, amountMinor }) => ({ currency, amount: amountMinor }))
      .sort((a, b) => a.currency.localeCompare(b.currency, 'en')),
    failed_payments: daily.failedPayments.get(day) ?? 0,
    new_subscriptions: daily.started.get(day) ?? 0,
    ended_subscriptions: daily.ended.get(day) ?? 0,
  }));
}

export function renderToday({ scope, date, needs, renewals }: Today): TodayBody {
  return {
    as_of: toIso(scope.now),
    timezone: scope.zone,
    date,
    renewals: { due: renewals.due, done: renewals.done, failed: renewals.failed, held: renewals.held },
    needs: {
      failed_payments: needs.failedPayments,
      past_due_subscriptions: needs.pastDueSubscriptions,
      parked_subscriptions: needs.parkedSubscriptions,
      unknown_outcomes: needs.unknownOutcomes,
      needs_review: needs.needsReview,
      refunds_to_repair: needs.refundsToRepair,
      refund_requests: needs.refundRequests,
      dead_letters: needs.deadLetters,
      open_disputes: needs.openDisputes,
    },
  };
}
