import type { Answer } from '../../contracts/answer.ts';
import { loadPlanAtPeriodEnd } from '../../db/queries/prices.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { applyCreditBalance } from '../../domain/invoices/apply-credit-balance.ts';
import { type InvoiceLine, totalOf } from '../../domain/invoices/invoice-line.ts';
import type { Call } from '../call.ts';
import { applyPaidChange } from '../collection/apply-paid-change.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { loadWork, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { carryOutChange } from './carry-out-change.ts';
import { refuseUnless, unknownSubscription } from './change-one.ts';
import { type ChangeInput, type ChangePlan, planSubscriptionChange } from './plan-subscription-change.ts';
import { renderLine } from './render-line.ts';
import { nextChargeOf } from './render-subscription.ts';

/** R23: the plan of a PUT, not carried out: what it would bill now, and the next charge after it. Writes nothing. */
export function previewChange(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  input: ChangeInput,
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const work = await loadWork(tx, id, call.caller);
    if (!work) throw unknownSubscription();
    const lines = await supposeChange(work, input);
    const next = nextChargeOf(work, await loadPlanAtPeriodEnd(tx, work.sub.pendingChange));
    return {
      status: 200,
      body: {
        lines: lines.map(renderLine),
        total: totalOf(lines),
        currency: work.sub.currency,
        next_charge: next && { at: toIso(next.at), amount: next.amountMinor },
      },
    };
  });
}

/** The change on the rows in memory alone, paid included: without `settle` none of it is written. Resolves to what it bills. */
export async function supposeChange(work: SubscriptionWork, input: ChangeInput): Promise<readonly InvoiceLine[]> {
  if (input.planId !== undefined) refuseUnless(work, 'change_plan');
  if (input.quantity !== undefined) refuseUnless(work, 'change_quantity');
  if (input.nextBillingDate !== undefined) refuseUnless(work, 'change_date');
  const plan = await planSubscriptionChange(work, input);
  const planned = linesOf(work, plan);
  await carryOutChange(work, plan);
  const invoice = [...work.changed.invoices.values()].find(({ isNew }) => isNew);
  if (work.sub.pendingChange?.waitsFor === 'payment' && invoice) await applyPaidChange(work, invoice.row);
  return planned ?? invoice?.lines ?? [];
}

/** The proration lines of the change, whether they are charged now or wait; null where it is an invoice that is made anew. */
function linesOf(work: SubscriptionWork, plan: ChangePlan): InvoiceLine[] | null {
  const { sub } = work;
  switch (plan.kind) {
    case 'none':
    case 'at_period_end':
      return [];
    case 'within_period':
    case 'restart_period': {
      const { invoiceNow, pendingAfter, creditBalanceDeltaMinor } = plan.proration;
      if (invoiceNow) return applyCreditBalance(invoiceNow, sub.creditBalanceMinor).lines;
      return creditBalanceDeltaMinor > 0 ? [creditLine(creditBalanceDeltaMinor)] : pendingAfter;
    }
    case 'reopen':
      return null;
    default:
      return assertNever(plan);
  }
}

function creditLine(amountMinor: number): InvoiceLine {
  return {
    kind: 'proration_credit',
    description: 'Credited to the balance',
    quantity: 1,
    unitAmountMinor: -amountMinor,
    amountMinor: -amountMinor,
    startsAt: null,
    endsAt: null,
  };
}
