import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { localDateOf } from '../../domain/calendar/local-date.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import { renderedStatus } from '../../domain/subscriptions/allowed-commands.ts';
import type { Call } from '../call.ts';
import { endSubscription } from '../collection/end-subscription.ts';
import type { BillingContext } from '../context.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import {
  businessNow,
  emit,
  type SubscriptionWork,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { changeOne, refuseUnless } from './change-one.ts';

interface CancelInput {
  reason: string | null;
  at: 'now' | 'period_end';
}

export function cancelSubscription(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: CancelInput,
): Promise<Answer> {
  return changeOne(context, call, id, async (work) => {
    cancelAsAsked(work, input);
    return () => ({ status: 200, body: renderCanceled(work.sub) });
  });
}

/** R25: now, or at the end of the period that is paid for. Where no such period runs, the end is now. */
export function cancelAsAsked(work: SubscriptionWork, input: CancelInput): void {
  refuseUnless(work, 'cancel');
  // The reason is a customer's own words: it stands in the timeline, and once is enough.
  writeAudit(work, 'subscription.canceled', work.sub.id, { at: input.at });
  const endAt = input.at === 'period_end' ? runningUntil(work) : null;
  if (endAt !== null) scheduleCancel(work, endAt, input.reason);
  else endSubscription(work, 'canceled', input.reason);
}

/** The end of a period that is paid for and not over; a paused one is not over while time of it is kept. */
function runningUntil(work: SubscriptionWork): Instant | null {
  const { status, periodEndAt, pauseRemainingMs } = work.sub;
  if (periodEndAt === null) return null;
  if (status === 'paused') return (pauseRemainingMs ?? 0) > 0 ? periodEndAt : null;
  return ['active', 'trialing'].includes(status) && periodEndAt > businessNow(work) ? periodEndAt : null;
}

function scheduleCancel(work: SubscriptionWork, cancelAt: Instant, reason: string | null): void {
  const { sub } = work;
  sub.cancelAt = cancelAt;
  sub.cancelReason = reason;
  writeTimeline(work, 'cancel_scheduled', { cancel_at: toIso(cancelAt), reason });
  emit(work, 'subscriptions.updated', () => ({ subscription: subscriptionSnapshot(sub), changes: ['cancel_at'] }));
}

function renderCanceled(sub: SubscriptionRow) {
  return {
    subscription_id: sub.id,
    status: renderedStatus(sub),
    cancel_at: sub.cancelAt === null ? null : toIso(sub.cancelAt),
    canceled_at: sub.canceledAt === null ? null : localDateOf(sub.canceledAt, sub.timezone),
  };
}
