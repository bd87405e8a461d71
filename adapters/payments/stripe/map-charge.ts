import type Stripe from 'stripe';
import type { ChargeOutcome, LookUpResult, ProviderCharge, ProviderChargeStatus } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { classifyDecline, type StripeDecline } from './classify-decline.ts';
import { fromStripeAmount } from './currency.ts';

/** A status that Stripe adds later is open until it is decided: money may move. */
export function toOutcome(intent: Stripe.PaymentIntent): ChargeOutcome {
  const providerChargeId = intent.id;
  if (!providerChargeId)
    throw new ProviderError('unknown', 'unreadable_answer', { message: 'an intent without an id' });
  switch (intent.status) {
    case 'succeeded':
      return { kind: 'succeeded', providerChargeId, message: 'The charge succeeded.' };
    case 'canceled':
      return toDecline({ code: 'canceled', message: 'The charge was canceled.' }, providerChargeId);
    case 'requires_payment_method':
      return toDecline(intent.last_payment_error ?? {}, providerChargeId);
    case 'requires_action': {
      const url = intent.next_action?.redirect_to_url?.url;
      return url ? { kind: 'requires_action', providerChargeId, url } : { kind: 'pending', providerChargeId };
    }
    case 'processing':
    case 'requires_capture':
    case 'requires_confirmation':
    default:
      return { kind: 'pending', providerChargeId };
  }
}

export function toDecline(decline: StripeDecline, providerChargeId: string | null): ChargeOutcome {
  const message = decline.message ?? 'The charge was declined.';
  return { kind: 'declined', providerChargeId, ...classifyDecline(decline), message };
}

export function isOf(intent: Stripe.PaymentIntent, of: { tenantId: string; attemptId: string }): boolean {
  return intent.metadata['attempt_id'] === of.attemptId && intent.metadata['tenant_id'] === of.tenantId;
}

const rank: Record<ChargeOutcome['kind'], number> = { succeeded: 2, requires_action: 1, pending: 1, declined: 0 };

/** Newest first: a success outranks an open one, that one a declined one, then the newest. */
export function toLookUpResult(intents: readonly Stripe.PaymentIntent[]): LookUpResult {
  let best: { intent: Stripe.PaymentIntent; outcome: ChargeOutcome } | undefined;
  for (const intent of intents) {
    const outcome = toOutcome(intent);
    if (best === undefined || rank[outcome.kind] > rank[best.outcome.kind]) best = { intent, outcome };
  }
  if (best === undefined) return { kind: 'not_found' };
  return { kind: 'found', outcome: best.outcome, ...fromStripeAmount(best.intent.amount, best.intent.currency) };
}

/** Null where the intent is not one of this tenant's attempts: a Stripe account may serve other purposes too. */
export function toProviderCharge(intent: Stripe.PaymentIntent, tenantId: string): ProviderCharge | null {
  const attemptId = intent.metadata['attempt_id'];
  if (attemptId === undefined || intent.metadata['tenant_id'] !== tenantId) return null;
  const charge = typeof intent.latest_charge === 'string' ? null : intent.latest_charge;
  return {
    providerChargeId: intent.id,
    attemptId,
    ...fromStripeAmount(intent.amount, intent.currency),
    status: toStatus(intent),
    refundedMinor: fromStripeAmount(charge?.amount_refunded ?? 0, intent.currency).amountMinor,
    createdAt: new Date(intent.created * 1000),
  };
}

function toStatus(intent: Stripe.PaymentIntent): ProviderChargeStatus {
  return intent.status === 'canceled' ? 'canceled' : toOutcome(intent).kind;
}
