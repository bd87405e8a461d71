import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import { findPayment } from '../../db/queries/payments.ts';
import {
  findRefundRequest,
  lockRefundRequest,
  type RefundRequestRow,
  saveDecision,
} from '../../db/queries/refund-requests.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RefundRequestId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext, OwedIntent } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { reserveOnPayment } from '../refunds/reserve-on-payment.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { noteRequest } from './open-refund-request.ts';
import { renderRefundRequest } from './render-refund-request.ts';

export type RefundDecision =
  | { kind: 'approved'; note: string | null }
  | { kind: 'declined'; note: string; customerMessage: string | null };

/** An administrator decides, once: approved, its amount is reserved and refunded as if an administrator had asked for it. */
export async function decideRefundRequest(
  context: BillingContext,
  call: Call,
  id: RefundRequestId,
  decision: RefundDecision,
): Promise<Answer> {
  const owed: OwedIntent[] = [];
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const { work, row } = await load(tx, call, id);
    if (decision.kind === 'approved') {
      const { amountMinor, reason, paymentId } = row;
      const input = { amountMinor, reason, note: decision.note, id: newId('refund') };
      // The owner is locked already; its rows are written by the refund's own work first, and read again after it.
      owed.push(...(await reserveOnPayment(tx, call.caller, paymentId, input)).intents);
      row.refundId = input.id;
    }
    row.status = decision.kind;
    row.decisionNote = decision.note;
    row.customerMessage = decision.kind === 'declined' ? decision.customerMessage : null;
    row.decidedBy = call.caller.actor;
    row.decidedAt = tx.now;
    await saveDecision(tx, row);
    const current = decision.kind === 'approved' ? (await load(tx, call, id, 'approved')).work : work;
    noteRequest(current, row, decision.kind);
    owed.push(...(await settle(current, 'command')).intents);
    return { status: 200, body: renderRefundRequest(row) };
  });
  if (!answer.replayed) context.sendIntents(owed);
  return answer;
}

async function load(
  tx: TenantTransaction,
  call: Call,
  id: RefundRequestId,
  expected: RefundRequestRow['status'] = 'open',
): Promise<{ work: SubscriptionWork; row: RefundRequestRow }> {
  const known = await findRefundRequest(tx.sql, id);
  if (!known) throw new DomainError('not_found', 'unknown refund request');
  const payment = await findPayment(tx, known.paymentId);
  invariant(payment, `payment ${known.paymentId} exists`);
  const work = await loadWorkOf(tx, refOfPayment(payment), call.caller);
  const row = await lockRefundRequest(tx, id);
  if (row?.status !== expected) throw new DomainError('invalid_state', 'This request is decided already.');
  return { work, row };
}
