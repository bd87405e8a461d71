import Stripe from 'stripe';
import { ProviderError, type ProviderErrorOptions } from '../provider-error.ts';
import { unreadableAnswer } from './open-client.ts';

/** Statuses with which Stripe refuses a request as it stands (https://docs.stripe.com/api/errors). */
const refusedStatuses = new Set([400, 402, 404, 405, 410, 413, 415, 422]);

/**
 * Whether money may have moved. Stripe processes nothing of a request it answers with 401, 403 or 429; a key still in use (409)
 * or used with other parameters belongs to a request that may have been carried out, hence `unknown`, as does every 5xx.
 */
export function toProviderError(error: unknown): Error {
  if (error instanceof ProviderError) return error;
  if (!(error instanceof Stripe.errors.StripeError)) return error instanceof Error ? error : new Error(String(error));
  const detail: unknown = error.detail;
  if (detail instanceof ProviderError) return detail;
  const { statusCode: status, code = 'invalid_request' } = error;
  const options: ProviderErrorOptions = { message: error.message, cause: error };
  if (status === 401 || status === 403) return new ProviderError('not_sent', 'credentials_refused', options);
  if (status === 429 || code === 'rate_limit') {
    return new ProviderError('rate_limited', 'rate_limited', { ...options, retryAfterMs: retryAfterMs(error) });
  }
  if (error.rawType === 'idempotency_error') return new ProviderError('unknown', keyCode(status), options);
  if (status === 409) return new ProviderError('unknown', code, options);
  if (status !== undefined && refusedStatuses.has(status) && code !== unreadableAnswer) {
    return new ProviderError('rejected', error.decline_code || code, options);
  }
  return new ProviderError('unknown', status === undefined ? unreadableAnswer : `http_${status}`, options);
}

function keyCode(status: number | undefined): string {
  return status === 409 ? 'idempotency_key_in_progress' : 'idempotency_key_mismatch';
}

function retryAfterMs(error: Stripe.errors.StripeError): number | undefined {
  const seconds = error.headers?.['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** What Stripe says of something that is not there, or not in this account. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}
