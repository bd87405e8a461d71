import type Stripe from 'stripe';
import type { AttachedMethod, AttachMethodRequest } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { isMissing } from './classify-error.ts';
import { toAttachedMethod } from './map-method.ts';

/**
 * Takes what Stripe's own scripts made in the browser: a PaymentMethod (`pm_…`) or a token (`tok_…`). It is attached to a new
 * Stripe customer, without which Stripe lets a method be used once only. Each call has a key of its own under the request's.
 */
export async function attachMethod(stripe: Stripe, request: AttachMethodRequest): Promise<AttachedMethod> {
  const { tenantId, token, idempotencyKey } = request;
  const paymentMethod = await methodOf(stripe, request);
  const customer = await stripe.customers.create(
    { metadata: { tenant_id: tenantId } },
    { idempotencyKey: `${idempotencyKey}:customer` },
  );
  try {
    const attached = await stripe.paymentMethods.attach(
      paymentMethod,
      { customer: customer.id },
      { idempotencyKey: `${idempotencyKey}:attach` },
    );
    return toAttachedMethod(attached, customer.id);
  } catch (error) {
    throw isMissing(error) ? unknownToken(token, error) : error;
  }
}

async function methodOf(stripe: Stripe, { token, idempotencyKey }: AttachMethodRequest): Promise<string> {
  if (token.startsWith('pm_')) return token;
  if (!token.startsWith('tok_')) throw unknownToken(token);
  try {
    const options = { idempotencyKey: `${idempotencyKey}:method` };
    return (await stripe.paymentMethods.create({ type: 'card', card: { token } }, options)).id;
  } catch (error) {
    throw isMissing(error) ? unknownToken(token, error) : error;
  }
}

function unknownToken(token: string, cause?: unknown): ProviderError {
  return new ProviderError('rejected', 'unknown_token', { message: `Stripe knows no ${token.slice(0, 40)}`, cause });
}
