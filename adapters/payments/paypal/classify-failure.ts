import { ApiError, ArgumentsValidationError } from '@paypal/paypal-server-sdk';
import { z } from 'zod';
import { ProviderError, type ProviderErrorOptions } from '../provider-error.ts';

const errorBody = z.object({
  name: z.string(),
  message: z.string().optional(),
  details: z.array(z.object({ issue: z.string().optional(), description: z.string().optional() })).optional(),
});

/** A request id that is still running, or that was used with another body, belongs to a call that may have been carried out. */
const inProgressIssues = new Set(['PREVIOUS_REQUEST_IN_PROGRESS', 'REQUEST_IN_PROGRESS']);
const mismatchIssues = new Set(['DUPLICATE_REQUEST_ID', 'PAYPAL_REQUEST_ID_PREVIOUSLY_USED', 'REQUEST_ID_REUSED']);

/** The issue PayPal names (`INSTRUMENT_DECLINED`), else the error's name, in capitals; null for an answer of another shape. */
export function issueOf(error: unknown): string | null {
  const body = error instanceof ApiError ? readErrorBody(error) : null;
  return body === null ? null : (body.details?.[0]?.issue ?? body.name);
}

/**
 * What a failed call means: 429 was certainly not processed; 5xx, an answer nobody can read, and a 4xx without PayPal's own
 * error body may hide a charge; every other 4xx is PayPal's refusal. A 401 is not seen here: it is repeated with a fresh token.
 */
export function toProviderError(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  // The SDK checks its arguments before it opens a request.
  if (error instanceof ArgumentsValidationError)
    return new ProviderError('rejected', 'invalid_request', { cause: error });
  if (!(error instanceof ApiError)) return new ProviderError('unknown', 'unreadable_answer', { cause: error });
  const body = readErrorBody(error);
  const issue = body === null ? null : (body.details?.[0]?.issue ?? body.name);
  const options: ProviderErrorOptions = { cause: error, message: body?.details?.[0]?.description ?? body?.message };
  const { statusCode } = error;
  const code = issue?.toLowerCase() ?? `http_${statusCode}`;
  if (statusCode === 429) {
    return new ProviderError('rate_limited', 'rate_limited', { ...options, retryAfterMs: retryAfterMs(error) });
  }
  if (issue === null || statusCode < 400 || statusCode >= 500) return new ProviderError('unknown', code, options);
  if (inProgressIssues.has(issue)) return new ProviderError('unknown', 'idempotency_key_in_progress', options);
  if (mismatchIssues.has(issue)) return new ProviderError('unknown', 'idempotency_key_mismatch', options);
  // Something was captured for this invoice id already: a look-up tells what.
  if (issue === 'DUPLICATE_INVOICE_ID') return new ProviderError('unknown', 'duplicate_reference', options);
  return new ProviderError('rejected', code, options);
}

/** For a read that precedes the call that moves money: whatever became of it, that call was not sent. */
export async function beforeSending<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    const failure = toProviderError(error);
    if (failure.kind !== 'unknown') throw failure;
    throw new ProviderError('not_sent', failure.code, { message: failure.message, cause: failure });
  }
}

function readErrorBody(error: ApiError): z.output<typeof errorBody> | null {
  if (typeof error.body !== 'string') return null;
  try {
    return errorBody.safeParse(JSON.parse(error.body)).data ?? null;
  } catch {
    // A proxy's page or a cut body: the status alone decides then.
    return null;
  }
}

function retryAfterMs(error: ApiError): number | undefined {
  const seconds = error.headers['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
