import type { Answer } from '../../contracts/answer.ts';
import { loadPlanAtPeriodEnd } from '../../db/queries/prices.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { compareForecasts, type Outlook } from '../../domain/invoices/compare-forecasts.ts';
import { addMinor } from '../../domain/money/money.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { loadWork, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { carryOutSupposed, type Supposed } from './carry-out-supposed.ts';
import { unknownSubscription } from './change-one.ts';
import { forecastOf, forecastSourceOf } from './forecast-of.ts';
import { renderForecastPeriod } from './forecast-subscription.ts';

/**
 * What would be billed if a command were given now, beside what is to be billed as it stands. The command is the real one, refused
 * like the real one, on the rows in memory alone: without `settle` none of it is written.
 */
export function supposeCommand(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  asked: { supposed: Supposed; periods: number },
): Promise<Answer> {
  const { supposed, periods } = asked;
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const work = await loadWork(tx, id, call.caller);
    if (!work) throw unknownSubscription();
    const { currency } = work.sub;
    const present = await outlookOf(work, periods);
    await carryOutSupposed(work, supposed);
    const then = await outlookOf(work, periods);
    const { untilAt, presentTotalMinor, supposedTotalMinor } = compareForecasts(present, then, periods);
    return {
      status: 200,
      body: {
        currency,
        compared_until: untilAt === null ? null : toIso(untilAt),
        present: { ...renderOutlook(present), total: presentTotalMinor },
        supposed: { ...renderOutlook(then), total: supposedTotalMinor },
        difference: supposedTotalMinor - presentTotalMinor,
      },
    };
  });
}

/** What is invoiced and not paid, a change charged now among it, and what is still to be invoiced. */
async function outlookOf(work: SubscriptionWork, periods: number): Promise<Outlook> {
  const unpaid = work.open.invoices.filter(({ status }) => status === 'draft' || status === 'open');
  const planAtPeriodEnd = await loadPlanAtPeriodEnd(work.tx, work.sub.pendingChange);
  return {
    dueNowMinor: addMinor(...unpaid.map(({ totalMinor, amountPaidMinor }) => totalMinor - amountPaidMinor)),
    forecast: forecastOf(forecastSourceOf(work, planAtPeriodEnd), periods),
  };
}

function renderOutlook({ dueNowMinor, forecast }: Outlook) {
  return { due_now: dueNowMinor, data: forecast.map(renderForecastPeriod) };
}
