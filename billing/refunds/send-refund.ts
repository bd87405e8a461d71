import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import { sumOtherRefunds } from '../../db/queries/refunds.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { openRefundStatuses } from '../../domain/refunds/next-of-refund.ts';
import { keyWindowsOf } from '../attempts/key-windows.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import type { CarrierRef, NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { takeStep } from '../steps/take-step.ts';
import type { RefundResult } from './apply-refund-outcome.ts';
import { changeRefundWithOwner } from './change-refund-with-owner.ts';
import { changeRefund, takeRefundStep } from './refund-step.ts';

const leaseMs = MINUTE_MS;
const refundTimeoutMs = 20 * SECOND_MS;
/** A look-up and a send, with time to spare until the lease ends. */
const senderDeadlineMs = 2 * refundTimeoutMs;
/** No same-key send so late that it could reach the provider after its key window. */
const windowMarginMs = 5 * MINUTE_MS;

interface Leased {
  refund: RefundRow;
  provider: string;
  providerChargeId: string;
  /** Its capture has gone back otherwise, as by a refund that was given up and went through: sent, it would be more than was taken. */
  isBeyondCapture: boolean;
  /** By PostgreSQL's clock, when the lease was taken. */
  now: number;
}

/**
 * Carries out a reserved refund (R42). Every send has the refund's own key, so a repeated one is answered, not paid again;
 * an outcome that is not known is looked up before the same key is sent again, and past the key's window it is only looked up.
 */
export async function sendRefund(context: BillingContext, input: ProviderCallInput): Promise<NextStep> {
  // A run begun by an earlier release, when a subscription's workflow carried its refunds.
  if ('subscriptionId' in input) return takeStep(context, input);
  // Counted from before the commit, so that no request is written after the lease could have passed to another sender.
  const deadline = performance.now() + senderDeadlineMs;
  const leased = await takeLease(context, input);
  if (leased === null) return takeRefundStep(context, input);
  const result = await refundOrLookUp(context.provider(leased.provider), leased, deadline);
  return changeRefundWithOwner(context, input, workflowCaller, result);
}

/** From this commit on one sender, and no other, may call the provider until the lease has run out. */
async function takeLease(context: BillingContext, ref: CarrierRef): Promise<Leased | null> {
  let leased: Leased | null = null;
  await changeRefund(context, ref, async (tx, { refund, attempt, carrier }) => {
    const isHeld = refund.status === 'sent' && (refund.leaseUntil ?? 0) > tx.now;
    if (isHeld || refund.status === 'needs_review' || !openRefundStatuses.includes(refund.status)) return;
    if (carrier.parkedAt !== null) return;
    invariant(attempt.providerChargeId, 'a refund has a captured charge');
    refund.status = 'sent';
    refund.leaseId = randomUUID();
    refund.leaseUntil = tx.now + leaseMs;
    refund.firstSentAt ??= tx.now;
    refund.resolveCount += 1;
    const { provider, providerChargeId, amountMinor } = attempt;
    const { doneOfCaptureMinor } = await sumOtherRefunds(tx, refund);
    const isBeyondCapture = doneOfCaptureMinor + refund.amountMinor > amountMinor;
    leased = { refund: { ...refund }, provider, providerChargeId, isBeyondCapture, now: tx.now };
  });
  return leased;
}

async function refundOrLookUp(provider: PaymentProvider, leased: Leased, deadline: number): Promise<RefundResult> {
  const { refund, providerChargeId } = leased;
  const { leaseId } = refund;
  try {
    if (refund.resolveCount > 1) {
      const found = await lookUpRefund(provider, refund, providerChargeId);
      if (found !== null) return found;
      if (!(await isInsideKeyWindow(provider, leased))) return { kind: 'not_to_be_found', leaseId };
    }
    if (leased.isBeyondCapture)
      return { kind: 'not_sendable', message: 'other refunds have given its capture back', leaseId };
    const { tenantId, id, amountMinor, currency } = refund;
    return await provider.refund({
      ...{ tenantId, refundId: id, idempotencyKey: id, providerChargeId, amountMinor, currency },
      deadlineAtMonotonicMs: Math.min(deadline, performance.now() + refundTimeoutMs),
    });
  } catch (error) {
    if (error instanceof ProviderError && error.kind !== 'rejected')
      return { kind: 'unknown', message: error.message, leaseId };
    throw error;
  }
}

/** Null where the provider knows of none. A refund that is not the one we asked for is never taken for it. */
export async function lookUpRefund(
  provider: PaymentProvider,
  refund: RefundRow,
  providerChargeId: string,
): Promise<RefundResult | null> {
  const { tenantId, id: refundId, providerRefundId } = refund;
  const timeoutMs = refundTimeoutMs;
  const found = await provider.lookUpRefund({ tenantId, refundId, providerChargeId, providerRefundId, timeoutMs });
  if (found.kind === 'not_found') return null;
  if (found.amountMinor === refund.amountMinor && found.currency === refund.currency) return found.outcome;
  return { kind: 'not_ours', message: `the provider holds ${found.amountMinor} ${found.currency} under this refund` };
}

async function isInsideKeyWindow(provider: PaymentProvider, { refund, now }: Leased): Promise<boolean> {
  const { refundMs } = await keyWindowsOf(provider, refund.tenantId);
  return now < (refund.firstSentAt ?? now) + refundMs - windowMarginMs;
}
