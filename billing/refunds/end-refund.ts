import type { RefundOutcome } from '../../adapters/payments/port.ts';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { notify } from '../subscription-work/notify.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import {
  emit,
  postLedger,
  type SubscriptionWork,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { writeCreditNote } from './credit-note.ts';
import { reckonPayment } from './reckon-payment.ts';
import type { CarriedRefund } from './refund-step.ts';

type Told<Kind extends RefundOutcome['kind']> = Extract<RefundOutcome, { kind: Kind }>;

/** No money moved: its amount is free again. */
export async function rejectRefund(
  work: SubscriptionWork,
  carried: CarriedRefund,
  { code, message }: Pick<Told<'rejected'>, 'code' | 'message'>,
): Promise<void> {
  const { refund } = carried;
  end(work, refund, 'rejected', message);
  carried.carrier.lastResult = `Rejected: ${message}`;
  await reckonPayment(work, carried);
  writeTimeline(work, 'refund_rejected', { ...namesOf(refund), code });
}

/** The money is gone, also where the refund had been given up: that is recorded even if it is more than was left. */
export async function completeRefund(
  work: SubscriptionWork,
  carried: CarriedRefund,
  { providerRefundId }: Told<'succeeded'>,
): Promise<void> {
  const { refund } = carried;
  const amount = refund.amountMinor;
  end(work, refund, 'succeeded', null);
  refund.providerRefundId = providerRefundId;
  carried.carrier.lastResult = `Refunded ${formatMoney(amount, refund.currency)}`;
  const excessMinor = await reckonPayment(work, carried);
  postRefund(work, carried, 'refund', amount);
  await writeCreditNote(work, carried);
  work.sub.lastResult = carried.carrier.lastResult;
  writeTimeline(work, 'refunded', namesOf(refund));
  emitRefunded(work, carried, 'succeeded');
  if (excessMinor > 0) tellExcess(work, refund, excessMinor);
}

/**
 * The provider had taken it, and the money came back: what was booked when it succeeded is reversed, its credit note is void from
 * now on, and its amount can be refunded again. A person hears of it, for the customer has not got what was promised.
 */
export async function failRefund(
  work: SubscriptionWork,
  carried: CarriedRefund,
  { providerRefundId, code, message }: Told<'failed'>,
): Promise<void> {
  const { refund } = carried;
  const { status: before, amountMinor: amount } = refund;
  end(work, refund, 'failed', message);
  refund.providerRefundId = providerRefundId;
  carried.carrier.lastResult = `Failed: ${message}`;
  // Given up already: nothing was booked, and nobody waits for it.
  if (before === 'rejected') return;
  await reckonPayment(work, carried);
  const details = { ...namesOf(refund), code };
  if (before === 'succeeded') {
    postRefund(work, carried, 'refund_failed', -amount);
    emitRefunded(work, carried, 'failed');
  }
  work.sub.lastResult = `Refund of ${formatMoney(amount, refund.currency)} failed`;
  writeTimeline(work, 'refund_failed', details);
  writeAudit(work, 'refund.failed', refund.id, { payment_id: refund.paymentId, amount, code, was: before });
  notify(work, 'refund_failed', { ...details, currency: refund.currency, message });
}

function end(work: SubscriptionWork, refund: RefundRow, status: RefundRow['status'], message: string | null): void {
  refund.status = status;
  refund.message = message;
  refund.resolveAt = null;
  refund.settledAt = work.tx.now;
}

function namesOf(refund: RefundRow) {
  return { payment_id: refund.paymentId, refund_id: refund.id, amount: refund.amountMinor };
}

function postRefund(work: SubscriptionWork, { payment }: CarriedRefund, kind: string, amountMinor: number): void {
  postLedger(work, kind, { invoiceId: payment.invoiceId, paymentId: payment.id }, [
    { account: 'refunds', amountMinor },
    { account: 'provider_clearing', amountMinor: -amountMinor },
  ]);
}

function emitRefunded(
  work: SubscriptionWork,
  { refund, payment }: CarriedRefund,
  status: 'succeeded' | 'failed',
): void {
  const amount = status === 'succeeded' ? refund.amountMinor : 0;
  emit(work, 'payments.refunded', () => ({
    ...{ payment: paymentSnapshot(payment), refund_id: refund.id, amount, status },
  }));
}

/** Whether the rest can be got back only a person finds out. */
function tellExcess(work: SubscriptionWork, refund: RefundRow, excessMinor: number): void {
  const details = { ...namesOf(refund), excess: excessMinor };
  refund.message = `${formatMoney(excessMinor, refund.currency)} more than was captured goes back`;
  writeTimeline(work, 'refund_exceeds_captured', details);
  writeAudit(work, 'refund.exceeds_captured', refund.id, details);
  notify(work, 'refund_exceeds_captured', { ...details, currency: refund.currency });
}
