/**
 * What a failed provider call means for the attempt behind it (design §5):
 * - `not_sent`: it certainly never reached the provider, or the provider guarantees that nothing was processed (DNS, refused,
 *   TLS, deadline past before the request was written, 503 with `processed: false`); the same attempt and key may be sent again.
 * - `rate_limited`: 429, certainly not processed; `retryAfterMs` carries the provider's own delay when it gave one.
 * - `unknown`: timeout, reset after (possibly) writing, 5xx after sending, a same-key call still running; money may have moved.
 * - `rejected`: the provider refused the request itself; repeating it unchanged cannot succeed. A decline is a result, not this.
 */
export type ProviderErrorKind = 'not_sent' | 'unknown' | 'rejected' | 'rate_limited';

export interface ProviderErrorOptions {
  message?: string;
  retryAfterMs?: number;
  cause?: unknown;
}

export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  /** Stable, provider-neutral where possible: `unknown_token`, `timeout`, `idempotency_key_mismatch`, `bad_signature` … */
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ProviderErrorKind, code: string, options: ProviderErrorOptions = {}) {
    super(options.message ?? `payment provider call ${kind}: ${code}`, { cause: options.cause });
    this.name = 'ProviderError';
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What a provider without the capability answers. */
export function notSupported(call: string): never {
  throw new ProviderError('rejected', 'not_supported', { message: `this provider has no ${call}` });
}
