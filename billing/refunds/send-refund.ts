import { randomUUID } from 'node:crypto';
import type { RefundOutcome } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import { loadAttempt } from '../../db/queries/load-attempt.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { doWhatIsDue } from '../steps/do-what-is-due.ts';
import type { NextStep, ProviderCallInput } from '../steps/next-step.ts';
import { settleStep } from '../steps/step-of.ts';
import { paymentSnapshot } from '../subscription-work/snapshots.ts';
import {
  emit,
  loadWork,
  postLedger,
  type SubscriptionWork,
  touch,
  writeTimeline,
} from '../subscription-work/subscription-work.ts';

const leaseMs = MINUTE_MS;
const timeoutMs = 20 * SECOND_MS;
const retryDelaysMs = [5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, HOUR_MS];

/**
 * Carries out a reserved refund (R42). Every send has the refund's own key, so a repeated one is answered, not paid again;
 * an outcome that is not known is looked up before the same key is sent again.
 */
export async function sendRefund(context: BillingContext, input: ProviderCallInput): Promise<NextStep> {
  let leased: { refund: RefundRow; provider: string; providerChargeId: string } | null = null;
  const asIs = await stepOnRefund(context, input, async (work, refund) => {
    const loaded = await loadAttempt(work.tx, refund.attemptId);
    invariant(loaded?.attempt.providerChargeId, 'a refund has a captured charge');
    if (refund.status === 'sent' && (refund.leaseUntil ?? 0) > work.tx.now) return;
    refund.status = 'sent';
    refund.leaseId = randomUUID();
    refund.leaseUntil = work.tx.now + leaseMs;
    refund.firstSentAt ??= work.tx.now;
    refund.resolveCount += 1;
    touch(work, 'refunds', refund);
    const { provider, providerChargeId } = loaded.attempt;
    leased = { refund: { ...refund }, provider, providerChargeId };
  });
  if (leased === null) return asIs;
  const { refund, provider, providerChargeId } = leased as {
    refund: RefundRow;
    provider: string;
    providerChargeId: string;
  };
  const outcome = await refundOrLookUp(context, { refund, provider, providerChargeId });
  return stepOnRefund(context, input, async (work, current) => {
    const loaded = await loadAttempt(work.tx, current.attemptId);
    invariant(loaded, 'a refund has its payment');
    applyRefundOutcome(work, current, loaded.payment, outcome);
  });
}

/** Null when the outcome is not known. */
async function refundOrLookUp(
  context: BillingContext,
  sent: { refund: RefundRow; provider: string; providerChargeId: string },
): Promise<RefundOutcome | null> {
  const { refund, providerChargeId } = sent;
  const provider = context.provider(sent.provider);
  try {
    if (refund.resolveCount > 1) {
      const { tenantId, id: refundId, providerRefundId } = refund;
      const found = await provider.lookUpRefund({ tenantId, refundId, providerChargeId, providerRefundId, timeoutMs });
      if (found.kind === 'found') return found.outcome;
    }
    const { tenantId, id, amountMinor, currency } = refund;
    return await provider.refund({
      tenantId,
      refundId: id,
      idempotencyKey: id,
      providerChargeId,
      amountMinor,
      currency,
      timeoutMs,
    });
  } catch (error) {
    if (error instanceof ProviderError && error.kind !== 'rejected') return null;
    throw error;
  }
}

function applyRefundOutcome(
  work: SubscriptionWork,
  refund: RefundRow,
  payment: PaymentRow,
  outcome: RefundOutcome | null,
): void {
  if (refund.status === 'succeeded' || refund.status === 'rejected') return;
  touch(work, 'refunds', refund);
  refund.leaseId = null;
  refund.leaseUntil = null;
  refund.resolveAt =
    work.tx.now + (retryDelaysMs[Math.min(refund.resolveCount - 1, retryDelaysMs.length - 1)] ?? HOUR_MS);
  if (outcome === null) {
    refund.status = 'unknown';
    return;
  }
  switch (outcome.kind) {
    case 'pending':
      refund.status = 'pending';
      refund.providerRefundId = outcome.providerRefundId;
      return;
    case 'rejected':
      refund.status = 'rejected';
      refund.message = outcome.message;
      refund.settledAt = work.tx.now;
      payment.refundedMinor -= refund.amountMinor;
      touch(work, 'payments', payment);
      writeTimeline(work, 'refund_rejected', {
        payment_id: payment.id,
        amount: refund.amountMinor,
        code: outcome.code,
      });
      return;
    case 'succeeded':
      refund.status = 'succeeded';
      refund.providerRefundId = outcome.providerRefundId;
      refund.settledAt = work.tx.now;
      completeRefund(work, refund, payment);
      return;
    default:
      assertNever(outcome);
  }
}

function completeRefund(work: SubscriptionWork, refund: RefundRow, payment: PaymentRow): void {
  payment.status = payment.refundedMinor === payment.capturedMinor ? 'refunded' : 'partially_refunded';
  touch(work, 'payments', payment);
  postLedger(work, 'refund', { invoiceId: payment.invoiceId, paymentId: payment.id }, [
    { account: 'refunds', amountMinor: refund.amountMinor },
    { account: 'provider_clearing', amountMinor: -refund.amountMinor },
  ]);
  work.sub.lastResult = `Refunded ${formatMoney(refund.amountMinor, refund.currency)}`;
  writeTimeline(work, 'refunded', { payment_id: payment.id, amount: refund.amountMinor });
  emit(work, 'payments.refunded', () => ({
    payment: paymentSnapshot(payment),
    refund_id: refund.id,
    amount: refund.amountMinor,
  }));
}

async function stepOnRefund(
  context: BillingContext,
  input: ProviderCallInput,
  act: (work: SubscriptionWork, refund: RefundRow) => Promise<void>,
): Promise<NextStep> {
  return withTenant(context.database, input.tenantId as TenantId, async (tx) => {
    const work = await loadWork(tx, input.subscriptionId as SubscriptionId, workflowCaller);
    invariant(work, `subscription ${input.subscriptionId} exists`);
    const refund = work.open.refunds.find(({ id }) => id === input.subjectId);
    if (refund) await act(work, refund);
    await doWhatIsDue(work);
    return settleStep(work);
  });
}
