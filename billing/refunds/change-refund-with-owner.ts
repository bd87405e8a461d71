import { newId } from '../../db/new-id.ts';
import { loadRefund } from '../../db/queries/carriers.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { insertIntents } from '../../db/queries/write-billing.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { RefundId, TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import { refOf } from '../../domain/workflow-ref.ts';
import type { BillingContext, Caller, OwedIntent } from '../context.ts';
import type { CarrierRef, NextStep } from '../steps/next-step.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { intentGraceMs, settle } from '../subscription-work/settle.ts';
import { type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { applyRefundOutcome, type RefundResult } from './apply-refund-outcome.ts';
import { type CarriedRefund, lockRefund, settleCarrier, stepOfRefund } from './refund-step.ts';

/** A refund under both locks: its payment's owner orders the facts, then its own carrier. */
export async function loadRefundWithOwner(
  tx: TenantTransaction,
  id: RefundId,
  caller: Caller,
): Promise<{ work: SubscriptionWork; carried: CarriedRefund }> {
  const known = await loadRefund(tx, id);
  invariant(known, `refund ${id} exists`);
  const work = await loadWorkOf(tx, refOfPayment(known.payment), caller);
  const carried = await lockRefund(tx, id);
  // Verbs about the payment change one row, also where the work has it among its open ones.
  const payment = work.open.payments.find((open) => open.id === carried.payment.id) ?? carried.payment;
  return { work, carried: { ...carried, payment } };
}

/**
 * What the provider said becomes fact. `by` names the notification it came by, whose effect happens once: the refund's workflow,
 * which did not ask, is then woken.
 */
export async function changeRefundWithOwner(
  context: BillingContext,
  ref: CarrierRef,
  caller: Caller,
  result: RefundResult,
  by?: { consumer: string; eventId: string },
): Promise<NextStep> {
  const { next, intents } = await withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const { work, carried } = await loadRefundWithOwner(tx, ref.carrierId as RefundId, caller);
    const { carrier, refund } = carried;
    const isNews = by === undefined || (await recordProcessed(tx, by));
    if (isNews) await applyRefundOutcome(work, carried, result);
    carrier.fruitlessTries = 0;
    settleCarrier(tx, carrier, refund);
    touch(work, 'carriers', carrier);
    const promised = carrier.sleepingUntil;
    const next = stepOfRefund(tx, carried);
    // Who is not the workflow leaves what that has promised, and tells it where it would come too late.
    if (by !== undefined) carrier.sleepingUntil = promised;
    const isTooLate = !carrier.hasOpenWork || (promised !== null && carrier.wakeAt < promised);
    const { intents } = await settle(work, 'command');
    return { next, intents: by !== undefined && isTooLate ? [...intents, await oweWake(tx, ref)] : intents };
  });
  context.sendIntents(intents);
  return next;
}

export async function oweWake(tx: TenantTransaction, ref: CarrierRef): Promise<OwedIntent> {
  const id = newId('event');
  await insertIntents(tx, [{ id, kind: 'wake', dueAt: tx.now + intentGraceMs, ref }]);
  return { ...refOf(ref), id, kind: 'wake', tenantId: tx.tenantId };
}
