import type { RefundOutcome } from '../../adapters/payments/port.ts';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { outranksRefund, type RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import { type SubscriptionWork, touch, writeTimeline } from '../subscription-work/subscription-work.ts';
import { completeRefund, failRefund, rejectRefund } from './end-refund.ts';
import type { CarriedRefund } from './refund-step.ts';

/** An outcome, or what is known when there is none. */
export type RefundResult =
  | RefundOutcome
  | { kind: 'unknown'; message: string }
  /** The provider knows of none, and the key's window is over: sending again could pay twice. */
  | { kind: 'not_to_be_found' }
  | { kind: 'not_ours'; message: string }
  | { kind: 'not_sendable'; message: string };

const retryDelaysMs = [5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS];

/**
 * Applies what a provider said of one refund, whoever asked it. Its ends have ranks: what was rejected and went through after all is
 * done, what was done and came back is reversed, and the second finder of either changes nothing.
 */
export async function applyRefundOutcome(
  work: SubscriptionWork,
  carried: CarriedRefund,
  result: RefundResult,
): Promise<void> {
  const { refund } = carried;
  if (!outranksRefund(refund.status, statusOf(result))) return;
  touch(work, 'refunds', refund);
  refund.leaseId = null;
  refund.leaseUntil = null;
  refund.resolveAt = work.tx.now + delayAfter(refund.resolveCount);
  switch (result.kind) {
    case 'unknown':
      refund.status = 'unknown';
      refund.message = result.message;
      return;
    case 'not_to_be_found':
      return giveToPerson(work, refund, 'the provider knows of no such refund, and its key may not be sent again');
    case 'not_ours':
    case 'not_sendable':
      return giveToPerson(work, refund, result.message);
    case 'pending':
      refund.status = 'pending';
      refund.providerRefundId = result.providerRefundId;
      return;
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

function delayAfter(tries: number): number {
  return retryDelaysMs[Math.min(Math.max(tries, 1), retryDelaysMs.length) - 1] ?? HOUR_MS;
}

/** Its amount stays reserved: nobody knows whether it was paid. */
function giveToPerson(work: SubscriptionWork, refund: RefundRow, message: string): void {
  refund.status = 'needs_review';
  refund.message = message;
  refund.resolveAt = null;
  writeTimeline(work, 'needs_review', { refund_id: refund.id });
}
