import type { ProviderDispute } from '../../adapters/payments/port.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { type DisputeRow, insertDispute, settleDispute } from '../../db/queries/disputes.ts';
import { invariant } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { outranksDispute } from '../../domain/payments/dispute.ts';
import { emit, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { bookReservation, type Disputed, emitDisputed, loadDisputed } from './book-reservation.ts';
import { followDisputePolicy } from './follow-dispute-policy.ts';

/**
 * Under the subscription's lock. A dispute that is first heard of when it is decided was opened all the same: both are carried out,
 * one after the other, so that the order in which they are told makes no difference.
 */
export async function takeDispute(work: SubscriptionWork, attempt: AttemptRow, told: ProviderDispute): Promise<void> {
  const { tx } = work;
  const payment = work.open.payments.find(({ id }) => id === attempt.paymentId);
  invariant(payment, `attempt ${attempt.id} is loaded with its payment`);
  const disputed = await loadDisputed(tx, payment);
  const { disputes } = disputed;
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
function account(work: SubscriptionWork, disputed: Disputed, row: DisputeRow): void {
  bookReservation(work, disputed, `dispute_${row.status}`);
  record(work, disputed.payment, { ...row });
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
  emitDisputed(work, payment, dispute);
  emit(work, 'notifications.requested', () => ({
    kind: actions[status],
    details: { ...details, currency: dispute.currency },
  }));
}
