import type { ProviderDispute } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import {
  type DisputeRow,
  insertDispute,
  listDisputesOf,
  readDisputeMoney,
  settleDispute,
} from '../../db/queries/disputes.ts';
import { invariant } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { outranksDispute, reservationOf } from '../../domain/payments/dispute.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import {
  emit,
  postLedger,
  type SubscriptionWork,
  touch,
  writeAudit,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';
import { followDisputePolicy } from './follow-dispute-policy.ts';

interface Disputed {
  payment: PaymentRow;
  disputes: DisputeRow[];
  /** As the ledger will have it at the end of the transaction. */
  booked: Awaited<ReturnType<typeof readDisputeMoney>>;
}

/**
 * Under the subscription's lock. A dispute that is first heard of when it is decided was opened all the same: both are carried out,
 * one after the other, so that the order in which they are told makes no difference.
 */
export async function takeDispute(work: SubscriptionWork, attempt: AttemptRow, told: ProviderDispute): Promise<void> {
  const { tx } = work;
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  invariant(payment, `attempt ${attempt.id} is loaded with its payment`);
  const [disputes, booked] = await Promise.all([listDisputesOf(tx, payment.id), readDisputeMoney(tx, payment)]);
  const disputed: Disputed = { payment, disputes, booked };
  let row = disputes.find(
    (one) => one.provider === attempt.provider && one.providerDisputeId === told.providerDisputeId,
  );
  if (!row) {
    row = newDispute(work, attempt, told);
    await insertDispute(tx, row);
    disputes.push(row);
    account(work, disputed, row);
    followDisputePolicy(work, 'open');
  }
  if (!outranksDispute(row.status, told.status)) return;
  row.status = told.status;
  row.settledAt = tx.now;
  await settleDispute(tx, row);
  account(work, disputed, row);
  if (row.status === 'lost') followDisputePolicy(work, 'lost');
}

/** An amount in another currency cannot be compared: the whole charge is taken to be disputed. */
function newDispute(work: SubscriptionWork, attempt: AttemptRow, told: ProviderDispute): DisputeRow {
  const isSame = told.currency === attempt.currency && told.amountMinor > 0;
  return {
    tenantId: attempt.tenantId,
    id: newId('dispute'),
    paymentId: attempt.paymentId,
    attemptId: attempt.id,
    provider: attempt.provider,
    providerDisputeId: told.providerDisputeId,
    status: 'open',
    amountMinor: isSame ? told.amountMinor : attempt.amountMinor,
    currency: attempt.currency,
    reason: told.reason,
    openedAt: Date.parse(told.openedAt),
    evidenceDueAt: told.evidenceDueAt === null ? null : Date.parse(told.evidenceDueAt),
    createdAt: work.tx.now,
    settledAt: null,
  };
}

/** Reservation, status, ledger and every record of what has just become of one dispute. */
function account(work: SubscriptionWork, { payment, disputes, booked }: Disputed, row: DisputeRow): void {
  const { heldMinor, lostMinor } = reservationOf(disputes, payment);
  const [held, lost] = [heldMinor - booked.heldMinor, lostMinor - booked.lostMinor];
  postLedger(work, `dispute_${row.status}`, { invoiceId: payment.invoiceId, paymentId: payment.id }, [
    { account: 'disputes', amountMinor: held },
    { account: 'dispute_losses', amountMinor: lost },
    { account: 'provider_clearing', amountMinor: -(held + lost) },
  ]);
  booked.heldMinor = heldMinor;
  booked.lostMinor = lostMinor;
  payment.disputedMinor = heldMinor + lostMinor;
  payment.status = statusOf(payment, disputes, booked.givenBackMinor);
  touch(work, 'payments', payment);
  record(work, payment, { ...row });
}

function statusOf(payment: PaymentRow, disputes: readonly DisputeRow[], givenBackMinor: number): PaymentRow['status'] {
  if (payment.capturedMinor === 0) return payment.status;
  if (disputes.some(({ status }) => status !== 'won')) return 'disputed';
  if (givenBackMinor === 0) return 'completed';
  return givenBackMinor === payment.capturedMinor ? 'refunded' : 'partially_refunded';
}

const results = { open: 'Disputed', won: 'Won the dispute over', lost: 'Lost the dispute over' } as const;
const actions = { open: 'dispute_opened', won: 'dispute_won', lost: 'dispute_lost' } as const;

function record(work: SubscriptionWork, payment: PaymentRow, dispute: DisputeRow): void {
  const { id, status, amountMinor: amount, reason } = dispute;
  const reserved = payment.disputedMinor;
  const details = { payment_id: payment.id, dispute_id: id, amount, reserved, reason };
  work.sub.lastResult = `${results[status]} ${formatMoney(amount, dispute.currency)}`;
  writeTimeline(work, actions[status], details);
  writeAudit(work, actions[status].replace('_', '.'), id, { payment_id: payment.id, amount, reserved, reason });
  emit(work, 'payments.disputed', () => ({
    payment: paymentSnapshot(payment),
    ...{ dispute_id: id, status, amount, reserved, reason },
  }));
  emit(work, 'notifications.requested', () => ({
    kind: actions[status],
    details: { ...details, currency: dispute.currency },
  }));
}
