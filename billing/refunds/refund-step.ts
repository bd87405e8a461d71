import type { CarrierRow, RefundRow } from '../../db/queries/billing-rows.ts';
import { loadRefund, lockCarrier, type RefundSubject } from '../../db/queries/carriers.ts';
import { insertAudits, updateRow } from '../../db/queries/write-billing.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { RefundId, TenantId } from '../../domain/ids.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { nextOfRefund, openRefundStatuses } from '../../domain/refunds/next-of-refund.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { requestNotification } from '../notifications/request-notification.ts';
import { describeCarrier } from '../steps/describe-subscription.ts';
import type { CarrierRef, NextStep, Shown, StepFailure } from '../steps/next-step.ts';
import { needsPerson, tryAgain } from '../steps/park-subscription.ts';

/** Longer than anybody waits: a sleep with nothing to wait for. */
const foreverMs = 3_650 * DAY_MS;
/** A run that makes a call promises to be back by then. */
const callPromiseMs = 5 * MINUTE_MS;

/** A refund under the lock of its carrier. What is read with it belongs to its payment's owner. */
export interface CarriedRefund extends RefundSubject {
  carrier: CarrierRow;
}

/** Locks: after the owner's, where both are taken. */
export async function lockRefund(tx: TenantTransaction, id: RefundId): Promise<CarriedRefund> {
  const carrier = await lockCarrier(tx, id);
  const subject = await loadRefund(tx, id);
  invariant(carrier && subject, `refund ${id} exists with its carrier`);
  return { ...subject, carrier };
}

/** The carrier's dates follow from the refund; whoever changes one of them ends with this. What is decided waits for nobody. */
export function settleCarrier(tx: TenantTransaction, carrier: CarrierRow, refund: RefundRow): void {
  if (!openRefundStatuses.includes(refund.status)) Object.assign(carrier, { parkedAt: null, parked: null });
  const next = nextOfRefund(refund, carrier.parkedAt !== null);
  carrier.nextKind = next.kind;
  carrier.nextAt = next.at;
  carrier.wakeAt = next.at;
  carrier.hasOpenWork = openRefundStatuses.includes(refund.status);
  carrier.version += 1;
  carrier.updatedAt = tx.now;
}

/** What follows, told to the refund's own workflow. */
export function stepOfRefund(tx: TenantTransaction, { carrier, refund, attempt }: CarriedRefund): NextStep {
  const shown = shownOfRefund(carrier, refund);
  const changed = { status: null, planId: null, customerId: carrier.customerId };
  const amount = formatMoney(refund.amountMinor, refund.currency);
  if (!carrier.hasOpenWork) return { kind: 'ended', summary: `Ended: ${refund.status} · ${amount}`, shown, changed };
  if (carrier.wakeAt <= tx.now) {
    carrier.sleepingUntil = tx.now + callPromiseMs;
    const input = { tenantId: carrier.tenantId, carrierId: carrier.id, carries: carrier.kind, subjectId: refund.id };
    return {
      ...{ kind: 'call', activity: 'sendRefund', input, provider: attempt.provider, priority: 'interactive' },
      summary: `Refund · ${amount}`,
    };
  }
  carrier.sleepingUntil = carrier.wakeAt;
  const sleepMs = Math.min(foreverMs, Math.max(SECOND_MS, carrier.wakeAt - tx.now));
  return { kind: 'sleep', sleepMs, summary: shown.nextAction, shown, changed };
}

function shownOfRefund(
  carrier: Pick<CarrierRow, 'parkedAt' | 'nextKind' | 'nextAt' | 'lastResult'>,
  refund: Pick<RefundRow, 'status' | 'amountMinor' | 'currency'>,
): Shown {
  const { parkedAt, nextKind, nextAt, lastResult } = carrier;
  const { status, amountMinor, currency } = refund;
  return describeCarrier({ what: 'refund', status, parkedAt, amountMinor, currency, nextKind, nextAt, lastResult });
}

/** One transaction on the refund alone: its payment's owner is not locked. */
export async function changeRefund(
  context: BillingContext,
  ref: CarrierRef,
  act: (tx: TenantTransaction, carried: CarriedRefund) => void | Promise<void>,
): Promise<NextStep> {
  return withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const carried = await lockRefund(tx, ref.carrierId as RefundId);
    await act(tx, carried);
    settleCarrier(tx, carried.carrier, carried.refund);
    const next = stepOfRefund(tx, carried);
    await Promise.all([updateRow(tx, 'refunds', carried.refund), updateRow(tx, 'carriers', carried.carrier)]);
    return next;
  });
}

/** What a person is told of a refund that waits for one. */
export function noticeOf({ id, paymentId, amountMinor, currency, message }: RefundRow) {
  return { refund_id: id, payment_id: paymentId, amount: amountMinor, currency, message };
}

/** What the refund's workflow asks first on every waking. */
export function takeRefundStep(context: BillingContext, ref: CarrierRef): Promise<NextStep> {
  return changeRefund(context, ref, () => undefined);
}

/** The same as of a subscription: counted, and the third time only this refund is set aside for an operator. */
export async function noteRefundFailure(
  context: BillingContext,
  ref: CarrierRef,
  failure: StepFailure,
): Promise<NextStep> {
  let again: NextStep | null = null;
  const next = await changeRefund(context, ref, async (tx, { carrier, refund }) => {
    carrier.fruitlessTries += 1;
    carrier.lastResult = `${failure.step} failed: ${failure.error}`.slice(0, 500);
    if (carrier.parkedAt === null && needsPerson(failure, carrier.fruitlessTries)) {
      const { step, input, error } = failure;
      carrier.parkedAt = tx.now;
      carrier.parked = { step, input: input ?? null, error };
      await insertAudits(tx, workflowCaller, [
        { action: 'refund.parked', resourceId: refund.id, details: { step, error } },
      ]);
      const details = { ...noticeOf(refund), customer_id: carrier.customerId, step, error };
      await requestNotification(tx, { origin: workflowCaller.origin, kind: 'refund_parked', details });
    }
    const isOver = !openRefundStatuses.includes(refund.status);
    if (carrier.parkedAt === null && !isOver)
      again = tryAgain(failure, carrier.fruitlessTries, shownOfRefund(carrier, refund));
  });
  return again ?? next;
}
