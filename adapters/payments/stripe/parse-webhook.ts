import Stripe from 'stripe';
import { invariant } from '../../../domain/invariant.ts';
import type { ParseWebhookRequest, ProviderEvent } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { toProviderEvent } from './to-event.ts';

export const defaultToleranceSeconds = 300;

/** The signature is checked over the raw bytes, by the caller's clock and in both directions: stripe-node itself takes any future time. */
export async function parseStripeWebhook(
  request: ParseWebhookRequest,
  toleranceSeconds: number,
): Promise<ProviderEvent> {
  const header = request.headers['stripe-signature'] ?? '';
  const now = request.now.getTime();
  const signedAt = /^t=(\d{1,12}),(?!.*t=)/.exec(header)?.[1];
  if (signedAt === undefined) throw badSignature('no single timestamp');
  if (Math.abs(now / 1000 - Number(signedAt)) > toleranceSeconds) throw badSignature('too old or ahead');
  const { signature } = Stripe.webhooks;
  invariant(signature, 'stripe-node has its signature helper');
  try {
    const body = Buffer.from(request.rawBody);
    signature.verifyHeader(body, header, request.secret, toleranceSeconds, undefined, now);
  } catch (error) {
    throw badSignature('no signature matches', error);
  }
  return toProviderEvent(parseJson(request.rawBody));
}

function badSignature(reason: string, cause?: unknown): ProviderError {
  return new ProviderError('rejected', 'bad_signature', { message: `webhook refused: ${reason}`, cause });
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}
