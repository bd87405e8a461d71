import Stripe from 'stripe';
import type { LookUpRefundRequest, LookUpRefundResult, RefundOutcome, RefundRequest } from '../port.ts';
import { isMissing } from './classify-error.ts';
import { fromStripeAmount, toStripeAmount } from './currency.ts';

/**
 * A Stripe refund names no currency, so the charge is read first: an amount is never taken in another currency than it was meant
 * in. How much is left to refund only Stripe decides, after the key: a repeated refund is answered, not judged anew.
 */
export async function refundCharge(stripe: Stripe, request: RefundRequest): Promise<RefundOutcome> {
  const { tenantId, refundId, idempotencyKey, providerChargeId, amountMinor, currency } = request;
  const refused = await reasonAgainst(stripe, request);
  if (refused !== null) return reject(refused);
  try {
    const refund = await stripe.refunds.create(
      {
        payment_intent: providerChargeId,
        amount: toStripeAmount(amountMinor, currency),
        metadata: { refund_id: refundId, tenant_id: tenantId },
      },
      { idempotencyKey },
    );
    return toRefundOutcome(refund);
  } catch (error) {
    const code = refusalOf(error);
    if (code === null) throw error;
    return reject(code, (error as Error).message);
  }
}

async function reasonAgainst(stripe: Stripe, request: RefundRequest): Promise<string | null> {
  try {
    const intent = await stripe.paymentIntents.retrieve(request.providerChargeId);
    if (intent.metadata['tenant_id'] !== request.tenantId) return 'unknown_charge';
    if (intent.status !== 'succeeded') return 'charge_not_captured';
    return intent.currency.toUpperCase() === request.currency ? null : 'currency_mismatch';
  } catch (error) {
    if (isMissing(error)) return 'unknown_charge';
    throw error;
  }
}

/** Stripe's refusals after which certainly no money moves; null for every other failure. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return null;
  // More than is left has no code of its own, only the parameter it is about.
  if (error.code === 'charge_already_refunded' || error.param === 'amount') return 'amount_exceeds_charge';
  return error.code ?? 'rejected';
}

function reject(code: string, message = `The refund was rejected: ${code.replaceAll('_', ' ')}.`): RefundOutcome {
  return { kind: 'rejected', code, message };
}

/** `pending`, `requires_action`, and whatever Stripe may add, are open. */
function toRefundOutcome(refund: Stripe.Refund): RefundOutcome {
  const providerRefundId = refund.id;
  if (refund.status === 'succeeded') return { kind: 'succeeded', providerRefundId };
  if (refund.status !== 'failed' && refund.status !== 'canceled') return { kind: 'pending', providerRefundId };
  const code = refund.failure_reason ?? refund.status;
  return { kind: 'failed', providerRefundId, code, message: `The refund failed: ${code.replaceAll('_', ' ')}.` };
}

/** By id where it is known, else among the charge's refunds; money that is gone outranks a failure of the same reference. */
export async function lookUpRefund(stripe: Stripe, request: LookUpRefundRequest): Promise<LookUpRefundResult> {
  const { refundId, tenantId, providerRefundId, providerChargeId } = request;
  const refunds: Stripe.Refund[] = [];
  try {
    if (providerRefundId !== null) refunds.push(await stripe.refunds.retrieve(providerRefundId));
    else {
      for await (const refund of stripe.refunds.list({ payment_intent: providerChargeId, limit: 100 })) {
        const { refund_id, tenant_id } = refund.metadata ?? {};
        if (refund_id === refundId && tenant_id === tenantId) refunds.push(refund);
      }
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const found = refunds.map((refund) => ({
    kind: 'found' as const,
    outcome: toRefundOutcome(refund),
    ...fromStripeAmount(refund.amount, refund.currency),
  }));
  return found.find(({ outcome }) => outcome.kind !== 'failed') ?? found[0] ?? { kind: 'not_found' };
}
