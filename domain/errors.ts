/** Every refusal the platform can answer; the closed union behind the `code` of a problem body. */
export type RefusalCode =
  | 'invalid_request'
  | 'card_number_refused'
  | 'unauthorized'
  | 'forbidden'
  | 'cross_site_request'
  | 'tenant_suspended'
  | 'not_found'
  | 'not_supported'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'overloaded'
  | 'quota_reached'
  | 'already_exists'
  | 'last_owner'
  | 'idempotency_key_reused'
  | 'idempotency_key_in_use'
  | 'payment_declined'
  | 'payment_method_required'
  | 'unknown_token'
  | 'plan_archived'
  | 'plan_limit_reached'
  | 'customer_inactive'
  | 'subscription_conflict'
  | 'subscription_incomplete'
  | 'subscription_needs_attention'
  | 'invalid_state'
  | 'already_canceled'
  | 'currency_mismatch'
  | 'payment_in_flight'
  | 'method_in_use'
  | 'clock_advancing'
  | 'live_tenant'
  | 'amount_mismatch'
  | 'amount_over_limit'
  | 'refund_exceeds_captured'
  | 'payment_not_collected'
  | 'payment_disputed'
  | 'payment_completed'
  | 'refund_request_open'
  | 'provider_not_configured'
  | 'provider_credentials_refused'
  | 'retry_deferred'
  | 'provider_unavailable';

/** A refusal: decided in the transaction, answered as 4xx by kind. `details` is public; no secrets, no ids of other tenants. */
export class DomainError extends Error {
  readonly code: RefusalCode;
  readonly publicMessage: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: RefusalCode, publicMessage: string, details: Readonly<Record<string, unknown>> = {}) {
    super(`${code}: ${publicMessage}`);
    this.name = 'DomainError';
    this.code = code;
    this.publicMessage = publicMessage;
    this.details = details;
  }
}
