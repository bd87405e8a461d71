import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { loadPlanAtPeriodEnd, type PricedPlan } from '../../db/queries/prices.ts';
import { localDateOf } from '../../domain/calendar/local-date.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { allowedCommands, renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { factsOfCommand } from './change-one.ts';
import { forecastOf, forecastSourceOf } from './forecast-of.ts';

export interface NextCharge {
  at: Instant;
  amountMinor: number;
}

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

/** A subscription as the API shows it. Dates are the customer's own; `end_date` is exclusive. */
export function renderSubscription(sub: SubscriptionRow, nextCharge: NextCharge | null, allowed: readonly string[]) {
  const dateOf = (at: Instant | null) => (at === null ? null : localDateOf(at, sub.timezone));
  return {
    subscription_id: sub.id,
    customer_id: sub.customerId,
    plan_id: sub.planId,
    price_id: sub.priceId,
    payment_method_id: sub.paymentMethodId,
    group_id: sub.groupId,
    status: renderedStatus(sub),
    collection: sub.collection,
    start_date: dateOf(sub.periodStartAt ?? sub.startsAt),
    end_date: dateOf(sub.periodEndAt),
    trial_end: dateOf(sub.trialEndAt),
    quantity: sub.quantity,
    currency: sub.currency,
    credit_balance: sub.creditBalanceMinor,
    next_charge: nextCharge && { at: toIso(nextCharge.at), amount: nextCharge.amountMinor, currency: sub.currency },
    cancel_at: isoOrNull(sub.cancelAt),
    canceled_at: dateOf(sub.canceledAt),
    paused_at: isoOrNull(sub.pausedAt),
    resumes_at: isoOrNull(sub.resumesAt),
    pending_change: sub.pendingChange && {
      waits_for: sub.pendingChange.waitsFor,
      plan_id: sub.pendingChange.planId,
      quantity: sub.pendingChange.quantity,
    },
    needs_attention: sub.parked && { step: sub.parked.step, error: sub.parked.error },
    allowed_commands: allowed,
    metadata: sub.metadata,
    created_at: toIso(sub.createdAt),
    updated_at: toIso(sub.updatedAt),
  };
}

/** The same from a verb's own rows, as they will be committed. */
export async function renderWork(work: SubscriptionWork) {
  const planAtPeriodEnd = await loadPlanAtPeriodEnd(work.tx, work.sub.pendingChange);
  return renderSubscription(work.sub, nextChargeOf(work, planAtPeriodEnd), allowedCommands(factsOfCommand(work)));
}

/** An unpaid invoice's next try, else the next invoice of the forecast. */
export function nextChargeOf(
  work: Pick<SubscriptionWork, 'sub' | 'open' | 'planName' | 'price' | 'anchor'>,
  planAtPeriodEnd: PricedPlan | null,
): NextCharge | null {
  const retry = work.open.payments.find((payment) => payment.retryAt !== null);
  if (retry?.retryAt) return { at: retry.retryAt, amountMinor: retry.amountMinor };
  const [next] = forecastOf(forecastSourceOf(work, planAtPeriodEnd), 1);
  return next ? { at: next.dueAt, amountMinor: next.totalMinor } : null;
}
