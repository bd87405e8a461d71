import type { RefundOutcome } from '../../adapters/payments/port.ts';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { assertNever } from '../../domain/invariant.ts';
import { delayAfterRefundCalls } from '../../domain/refunds/ask-schedule.ts';
import { outranksRefund, type RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import { notify } from '../subscription-work/notify.ts';
import { type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import { completeRefund, failRefund, rejectRefund } from './end-refund.ts';
import { type CarriedRefund, noticeOf } from './refund-step.ts';

/** An outcome, or what is known when there is none. */
export type RefundResult = RefundOutcome | { kind: 'not_ours'; message: string } | NoRefundOutcome;

/** Said by a sender, of the lease it held. */
type NoRefundOutcome = { leaseId: string | null } & (
  | { kind: 'unknown'; message: string }
  /** The provider knows of none, and the key's window is over: sending again could pay twice. */
  | { kind: 'not_to_be_found' }
  | { kind: 'not_sendable'; message: string }
);

/**
 * Applies what a provider said of one refund, whoever asked it. That there was no outcome counts while its sender holds the lease.
 * Its ends have ranks: what was rejected and went through after all is done, what was done and came back is reversed, and the second
 * finder of either changes nothing.
 */
export async function applyRefundOutcome(
  work: SubscriptionWork,
  carried: CarriedRefund,
  result: RefundResult,
): Promise<void> {
  const { refund } = carried;
  if ('leaseId' in result && result.leaseId !== refund.leaseId) return;
  if (!outranksRefund(refund.status, statusOf(result))) return;
  touch(work, 'refunds', refund);
  refund.leaseId = null;
  refund.leaseUntil = null;
  switch (result.kind) {
    case 'unknown':
      refund.message = result.message;
      return askAgain(work, refund, 'unknown');
    case 'not_to_be_found':
      return giveToPerson(work, refund, 'the provider knows of no such refund, and its key may not be sent again');
    case 'not_ours':
    case 'not_sendable':
      return giveToPerson(work, refund, result.message);
    case 'pending':
      refund.providerRefundId = result.providerRefundId;
      return askAgain(work, refund, 'pending');
    case 'rejected':
      return rejectRefund(work, carried, result);
    case 'succeeded':
      return completeRefund(work, carried, result);
    case 'failed':
      return failRefund(work, carried, result);
    default:
      assertNever(result);
  }
}

function statusOf({ kind }: RefundResult): RefundStatus {
  return kind === 'not_to_be_found' || kind === 'not_ours' || kind === 'not_sendable' ? 'needs_review' : kind;
}

/** By the schedule; where that is over, a person looks, and a notification can still bring the end. */
function askAgain(work: SubscriptionWork, refund: RefundRow, status: 'unknown' | 'pending'): void {
  const delayMs = delayAfterRefundCalls(refund.resolveCount);
  if (delayMs === null) {
    const why = status === 'pending' ? 'the provider still has it pending' : `not known in the end: ${refund.message}`;
    giveToPerson(work, refund, why);
    return;
  }
  refund.status = status;
  refund.resolveAt = work.tx.now + delayMs;
}

/** Its amount stays reserved: nobody knows whether it was paid. */
function giveToPerson(work: SubscriptionWork, refund: RefundRow, message: string): void {
  const isNews = refund.status !== 'needs_review';
  refund.status = 'needs_review';
  refund.message = message;
  refund.resolveAt = null;
  if (!isNews) return;
  writeTimeline(work, 'needs_review', { refund_id: refund.id });
  notify(work, 'refund_needs_review', noticeOf(refund));
}
