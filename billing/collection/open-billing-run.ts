import { newId } from '../../db/new-id.ts';
import type { AttemptTrigger, BillingRunRow } from '../../db/queries/billing-rows.ts';
import { hasLiveInGroup } from '../../db/queries/load-new-subscription.ts';
import { loadPrice, type PricedPlan } from '../../db/queries/prices.ts';
import { nextBoundaryAfter } from '../../domain/calendar/anchor.ts';
import type { Instant } from '../../domain/instant.ts';
import { toIso } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { planPeriodInvoice } from '../../domain/invoices/plan-period-invoice.ts';
import type { PendingChange } from '../../domain/subscriptions/subscription.ts';
import { add, businessNow, type SubscriptionWork, writeTimeline } from '../subscription-work/subscription-work.ts';
import { draftInvoice, finalizeInvoice, markInvoicePaid } from './issue-invoice.ts';
import { moveAnchor } from './move-period-end.ts';
import { attemptPayment, openPayment } from './open-payment.ts';
import { settleBillingRun } from './settle-billing-run.ts';
import { abandonAttempt, dropPaidChange, openAttemptOf, voidInvoice } from './void-invoice.ts';

/**
 * R26: a boundary is reached. Opens the billing run of the period that begins there, invoices it in advance and plans its
 * charge; with nothing to pay the period comes into force at once.
 */
export async function openBillingRun(
  work: SubscriptionWork,
  boundaryAt: Instant,
  kind: 'first' | 'renewal',
): Promise<BillingRunRow> {
  dropUnsentUpgrade(work);
  await applyChangeAtBoundary(work, boundaryAt);
  const run = skipToLatest(work, openRun(work, boundaryAt, kind));
  await invoiceRun(work, run, kind === 'first' ? 'create' : 'renewal');
  return run;
}

function openRun(work: SubscriptionWork, boundaryAt: Instant, kind: BillingRunRow['kind']): BillingRunRow {
  invariant(work.anchor, 'a boundary hangs on an anchor');
  work.lastRunOrdinal += 1;
  return add(work, 'runs', {
    tenantId: work.sub.tenantId,
    id: newId('billingRun'),
    subscriptionId: work.sub.id,
    kind,
    ordinal: work.lastRunOrdinal,
    boundaryAt,
    periodStartAt: boundaryAt,
    periodEndAt: nextBoundaryAfter(work.anchor, work.price.interval, boundaryAt),
    amountMinor: 0,
    status: 'open',
    openedAt: businessNow(work),
    settledAt: null,
  });
}

/** `catch_up: latest`: of several overdue periods only the one that is running is invoiced; the others are kept as skipped. */
function skipToLatest(work: SubscriptionWork, first: BillingRunRow): BillingRunRow {
  if ((work.settings.catchUp ?? 'all') === 'all') return first;
  let run = first;
  while (run.periodEndAt <= businessNow(work)) {
    run.status = 'skipped';
    run.settledAt = businessNow(work);
    writeTimeline(work, 'period_skipped', {
      period_start: toIso(run.periodStartAt),
      period_end: toIso(run.periodEndAt),
    });
    run = openRun(work, run.periodEndAt, run.kind);
  }
  return run;
}

export async function invoiceRun(
  work: SubscriptionWork,
  run: BillingRunRow,
  trigger: AttemptTrigger,
  shareOfFull?: { part: number; whole: number },
): Promise<void> {
  const { sub } = work;
  const plan = planPeriodInvoice({
    planName: work.planName,
    price: work.price,
    quantity: sub.quantity,
    periodStartAt: run.periodStartAt,
    periodEndAt: run.periodEndAt,
    pendingLines: sub.pendingLines,
    creditBalanceMinor: sub.creditBalanceMinor,
    ...(shareOfFull ? { shareOfFull } : {}),
  });
  run.amountMinor = plan.basis.amountMinor;
  const invoice = draftInvoice(work, { kind: 'period', run, settled: plan });
  sub.pendingLines = [];
  // The first invoice of a new subscription stays a draft until its charge is decided: a refused one takes no number.
  if (!work.isNew || plan.totalMinor === 0) finalizeInvoice(work, invoice);
  if (plan.totalMinor === 0) {
    markInvoicePaid(work, invoice, 0);
    settleBillingRun(work, invoice, 0);
    return;
  }
  await attemptPayment(work, openPayment(work, invoice), { trigger, dueAt: run.boundaryAt });
}

/** A change that waited for the period's end: another interval begins a new anchor there. */
async function applyChangeAtBoundary(work: SubscriptionWork, boundaryAt: Instant): Promise<void> {
  const { sub } = work;
  const change = sub.pendingChange;
  if (change?.waitsFor !== 'period_end') return;
  const before = work.price.interval;
  sub.pendingChange = null;
  const priced = await planOf(work, change);
  if (!priced) {
    writeTimeline(work, 'change_lapsed', { plan_id: change.planId, reason: 'subscription_conflict' });
    return;
  }
  sub.quantity = change.quantity ?? sub.quantity;
  sub.planId = priced.price.planId;
  sub.priceId = priced.price.id;
  sub.planGroup = priced.planGroup;
  work.price = priced.price;
  work.planName = priced.planName;
  const { interval } = work.price;
  if (interval.unit !== before.unit || interval.count !== before.count) moveAnchor(work, boundaryAt);
  writeTimeline(work, 'plan_changed', { quantity: sub.quantity });
}

/** Null where the customer has entered the plan's group with another subscription since the change was asked for. */
async function planOf(work: SubscriptionWork, change: PendingChange): Promise<PricedPlan | null> {
  const { sub, tx } = work;
  const priced = await loadPrice(tx, change.priceId ?? sub.priceId);
  invariant(priced, `price ${change.priceId} of a pending change exists`);
  const { planGroup } = priced;
  if (planGroup === null || planGroup === sub.planGroup) return priced;
  return (await hasLiveInGroup(tx, sub.customerId, planGroup)) ? null : priced;
}

/** An upgrade that could not even be sent before its period was over: nobody is charged for it any more. */
function dropUnsentUpgrade(work: SubscriptionWork): void {
  for (const invoice of work.open.invoices.filter(({ kind }) => kind === 'proration')) {
    const attempt = openAttemptOf(work, invoice);
    if (attempt?.status !== 'created' && attempt?.status !== 'not_sent') continue;
    abandonAttempt(work, attempt, 'the period is over');
    voidInvoice(work, invoice, 'the period is over');
    dropPaidChange(work);
    writeTimeline(work, 'change_lapsed', { invoice_id: invoice.id });
  }
}
