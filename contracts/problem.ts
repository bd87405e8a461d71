import type { DomainError, RefusalCode } from '../domain/errors.ts';
import type { Answer } from './answer.ts';

const statusOf: Record<RefusalCode, number> = {
  invalid_request: 400,
  card_number_refused: 400,
  unauthorized: 401,
  forbidden: 403,
  cross_site_request: 403,
  tenant_suspended: 403,
  not_found: 404,
  not_supported: 400,
  body_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  overloaded: 503,
  quota_reached: 409,
  already_exists: 409,
  last_owner: 409,
  idempotency_key_reused: 422,
  idempotency_key_in_use: 409,
  payment_declined: 402,
  payment_method_required: 409,
  unknown_token: 400,
  plan_archived: 409,
  plan_limit_reached: 409,
  customer_inactive: 409,
  subscription_conflict: 409,
  subscription_incomplete: 409,
  subscription_needs_attention: 409,
  invalid_state: 409,
  already_canceled: 409,
  currency_mismatch: 409,
  payment_in_flight: 409,
  method_in_use: 409,
  clock_advancing: 409,
  live_tenant: 409,
  amount_mismatch: 422,
  amount_over_limit: 422,
  refund_exceeds_captured: 422,
  payment_not_collected: 409,
  payment_disputed: 409,
  payment_completed: 409,
  refund_request_open: 409,
  provider_not_configured: 409,
  provider_credentials_refused: 409,
  retry_deferred: 503,
  provider_unavailable: 503,
};

const titleOf: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  402: 'Payment declined',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Not processable',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

/** Refusals that pass by themselves: never stored under an idempotency key, answered with Retry-After. */
export const passingRefusals: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'subscription_incomplete',
  'payment_in_flight',
  'clock_advancing',
  'idempotency_key_in_use',
  'provider_unavailable',
  'rate_limited',
  'overloaded',
]);

/** What is answered beside the refusals of the domain. */
export type ProblemCode = RefusalCode | 'method_not_allowed' | 'internal_error' | 'service_unavailable';

const domainCodes = Object.keys(statusOf) as RefusalCode[];
export const problemCodes: readonly ProblemCode[] = [
  ...domainCodes,
  'method_not_allowed',
  'internal_error',
  'service_unavailable',
];

/** Unknown, malformed and foreign ids read the same: a 404 tells nobody what exists elsewhere. */
const notFoundDetail = 'There is nothing by that id or address.';

export function problem(status: number, code: ProblemCode, detail: string, details: object = {}): Answer {
  return { status, body: { type: 'about:blank', title: titleOf[status], status, code, detail, ...details } };
}

/** RFC 9457 body of a refusal: no path, id or `instance`. */
export function problemOf(error: DomainError): Answer {
  const detail = error.code === 'not_found' ? notFoundDetail : error.publicMessage;
  return problem(statusOf[error.code], error.code, detail, error.details);
}

export function statusOfRefusal(code: RefusalCode): number {
  return statusOf[code];
}
