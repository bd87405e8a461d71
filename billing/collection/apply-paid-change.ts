import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import { hasLiveInGroup } from '../../db/queries/load-new-subscription.ts';
import { loadPrice, type PricedPlan } from '../../db/queries/prices.ts';
import { invariant } from '../../domain/invariant.ts';
import type { PendingChange } from '../../domain/subscriptions/subscription.ts';
import { subscriptionSnapshot } from '../subscription-work/snapshots.ts';
import { emit, postLedger, type SubscriptionWork, writeTimeline } from '../subscription-work/subscription-work.ts';
import { movePeriodEnd } from './move-period-end.ts';

/**
 * The charge of an upgrade succeeded: the change it waited for takes effect. If a boundary was reached meanwhile the old plan
 * has been renewed, and what was paid becomes credit balance instead.
 */
export async function applyPaidChange(work: SubscriptionWork, invoice: InvoiceRow): Promise<void> {
  const { sub } = work;
  const change = sub.pendingChange?.waitsFor === 'payment' ? sub.pendingChange : null;
  if (change) sub.pendingChange = change.scheduled ?? null;
  const plan = change && (await planIfStillFitting(work, change));
  if (!change || !plan) {
    creditInstead(work, invoice);
    return;
  }
  if (change.newEndAt !== null) await moveEnd(work, change.newEndAt);
  sub.planId = plan.price.planId;
  sub.priceId = plan.price.id;
  sub.planGroup = plan.planGroup;
  sub.quantity = change.quantity ?? sub.quantity;
  sub.basis = change.basis;
  sub.pendingLines = [];
  work.price = plan.price;
  work.planName = plan.planName;
  writeTimeline(work, change.newEndAt === null ? 'plan_changed' : 'billing_date_changed', {
    invoice_id: invoice.id,
    quantity: sub.quantity,
  });
  emit(work, 'subscriptions.updated', () => ({
    subscription: subscriptionSnapshot(sub),
    changes: ['plan_id', 'quantity'],
  }));
}

/** Null where the change no longer fits: its period is over, ends elsewhere by now, or the plan's group is taken. */
async function planIfStillFitting(work: SubscriptionWork, change: PendingChange): Promise<PricedPlan | null> {
  const { sub, open } = work;
  if (change.madeForEndAt !== sub.periodEndAt || open.runs.some(({ status }) => status === 'open')) return null;
  const plan = await loadPrice(work.tx, change.priceId ?? sub.priceId);
  invariant(plan, `price ${change.priceId} of a pending change exists`);
  const entersGroup = plan.planGroup !== null && plan.planGroup !== sub.planGroup;
  if (entersGroup && (await hasLiveInGroup(work.tx, sub.customerId, plan.planGroup ?? ''))) return null;
  return plan;
}

async function moveEnd(work: SubscriptionWork, newEndAt: number): Promise<void> {
  const { sub } = work;
  const movedMs = newEndAt - (sub.periodEndAt ?? newEndAt);
  sub.periodPausedMs += movedMs;
  // While paused the kept time is what the period's end follows from.
  if (sub.pauseRemainingMs !== null) sub.pauseRemainingMs += movedMs;
  await movePeriodEnd(work, newEndAt);
}

/** The whole invoice, with the credit it had used: nothing of it was delivered. */
function creditInstead(work: SubscriptionWork, invoice: InvoiceRow): void {
  const { sub } = work;
  sub.creditBalanceMinor += invoice.subtotalMinor;
  postLedger(work, 'credit_granted', { invoiceId: invoice.id }, [
    { account: 'revenue', amountMinor: invoice.subtotalMinor },
    { account: 'credit_balance', amountMinor: -invoice.subtotalMinor },
  ]);
  writeTimeline(work, 'change_lapsed', { invoice_id: invoice.id, credited: invoice.subtotalMinor });
  emit(work, 'subscriptions.updated', () => ({
    subscription: subscriptionSnapshot(sub),
    changes: ['credit_balance', 'pending_change'],
  }));
}
