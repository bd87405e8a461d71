import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import type { CancelAttemptRequest, CancelAttemptResult, ChargeOutcome, ChargeRequest } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { isMissing, toProviderError } from './classify-error.ts';
import { toStripeAmount } from './currency.ts';
import { toDecline, toOutcome } from './map-charge.ts';
import { splitMethodId } from './map-method.ts';

/**
 * One PaymentIntent per attempt, confirmed off-session. Where the bank wants the customer, Stripe declines off-session; the
 * same intent is then confirmed on-session, which gives the customer Stripe's page. An intent captures once at most, so the
 * second call can charge nothing twice; its key derives from the attempt's as well. Refused, it leaves the decline as it was.
 */
export async function chargeMethod(
  stripe: Stripe,
  request: ChargeRequest,
  returnUrl: string | undefined,
): Promise<ChargeOutcome> {
  const { tenantId, attemptId, idempotencyKey, currency } = request;
  const { customer, paymentMethod } = splitMethodId(request.providerMethodId);
  const params: Stripe.PaymentIntentCreateParams = {
    amount: toStripeAmount(request.amountMinor, currency),
    currency: currency.toLowerCase(),
    ...(customer === null ? {} : { customer }),
    payment_method: paymentMethod,
    confirm: true,
    off_session: true,
    description: request.description,
    metadata: { attempt_id: attemptId, tenant_id: tenantId },
  };
  const first = await outcomeOf(() => stripe.paymentIntents.create(params, { idempotencyKey }));
  if (returnUrl === undefined || first.kind !== 'declined' || first.code !== 'authentication_required') return first;
  const { providerChargeId } = first;
  if (providerChargeId === null) return first;
  const confirm = { payment_method: paymentMethod, off_session: false, return_url: returnUrl };
  const options = { idempotencyKey: `${idempotencyKey}:confirm` };
  try {
    return await outcomeOf(() => stripe.paymentIntents.confirm(providerChargeId, confirm, options));
  } catch (error) {
    const failure = toProviderError(error);
    if (failure instanceof ProviderError && failure.kind === 'rejected') return first;
    throw failure;
  }
}

async function outcomeOf(call: () => Promise<Stripe.PaymentIntent>): Promise<ChargeOutcome> {
  try {
    return toOutcome(await call());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) {
      // The intent as it stands is what a look-up will find: both must tell the same.
      return error.payment_intent ? toOutcome(error.payment_intent) : toDecline(error, null);
    }
    if (isMissing(error)) throw new ProviderError('rejected', 'unknown_method', { cause: error });
    throw error;
  }
}

/** Stripe refuses to cancel what is canceled or decided already and says in the error how it stands. */
export async function cancelAttempt(stripe: Stripe, request: CancelAttemptRequest): Promise<CancelAttemptResult> {
  // Canceling repeats harmlessly, so each call has a key of its own: a stored 500 must not answer for a day.
  const idempotencyKey = `${request.attemptId}:cancel:${randomUUID()}`;
  try {
    await stripe.paymentIntents.cancel(request.providerChargeId, {}, { idempotencyKey });
    return { kind: 'canceled' };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    if (error.code !== 'payment_intent_unexpected_state') throw error;
    const intent = await stripe.paymentIntents.retrieve(request.providerChargeId);
    if (intent.status === 'canceled') return { kind: 'canceled' };
    return { kind: 'already_decided', outcome: toOutcome(intent) };
  }
}
