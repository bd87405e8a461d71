import type { DeclineKind } from '../../domain/payments/decline.ts';

export type { DeclineKind };

/**
 * What the provider decided about one charge (R40, R41). A decline is a result, never an error. `requires_action` and
 * `pending` are open: money may still move until the object is decided or its cancellation is confirmed (design §5).
 * A charge canceled at the provider is reported as `declined`, kind `authentication_required`, code `canceled`.
 */
export type ChargeOutcome =
  | { kind: 'succeeded'; providerChargeId: string; message: string }
  | { kind: 'declined'; providerChargeId: string | null; declineKind: DeclineKind; code: string; message: string }
  | { kind: 'requires_action'; providerChargeId: string; url: string }
  | { kind: 'pending'; providerChargeId: string };

export interface ChargeRequest {
  tenantId: string;
  attemptId: string;
  /** Derives from the attempt id: every send of one attempt carries the same key and the same body. */
  idempotencyKey: string;
  providerMethodId: string;
  /** Integer minor units of `currency` (ISO 4217, upper case). */
  amountMinor: number;
  currency: string;
  description: string;
  /** On the `performance.now()` scale; checked again just before the request is written, so a paused process sends nothing late. */
  deadlineAtMonotonicMs: number;
}

export interface AttachMethodRequest {
  tenantId: string;
  token: string;
  idempotencyKey: string;
}

export interface AttachedMethod {
  providerMethodId: string;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}

export interface LookUpRequest {
  tenantId: string;
  attemptId: string;
  timeoutMs: number;
}

/** `not_found` proves nothing about a request still under way: it never closes an attempt (design §5, Unknown). */
export type LookUpResult =
  | { kind: 'found'; outcome: ChargeOutcome; amountMinor: number; currency: string }
  | { kind: 'not_found' };

export interface CancelAttemptRequest {
  tenantId: string;
  attemptId: string;
  providerChargeId: string;
  timeoutMs: number;
}

/** `already_decided` carries the outcome that came first; a success in it applies. */
export type CancelAttemptResult = { kind: 'canceled' } | { kind: 'already_decided'; outcome: ChargeOutcome };

export interface RefundRequest {
  tenantId: string;
  refundId: string;
  idempotencyKey: string;
  providerChargeId: string;
  /** Integer minor units of `currency`; Σ refunds of a charge <= captured (R42). */
  amountMinor: number;
  currency: string;
  timeoutMs: number;
}

/** `rejected` means no money moved: the reservation is released. */
export type RefundOutcome =
  | { kind: 'succeeded'; providerRefundId: string }
  | { kind: 'pending'; providerRefundId: string }
  | { kind: 'rejected'; code: string; message: string };

export interface LookUpRefundRequest {
  tenantId: string;
  refundId: string;
  timeoutMs: number;
}

export type LookUpRefundResult =
  | { kind: 'found'; outcome: RefundOutcome; amountMinor: number; currency: string }
  | { kind: 'not_found' };

export interface ListChargesRequest {
  tenantId: string;
  cursor?: string;
  /** 1–100. */
  limit: number;
}

export type ProviderChargeStatus = 'succeeded' | 'declined' | 'requires_action' | 'pending' | 'canceled';

export interface ProviderCharge {
  providerChargeId: string;
  attemptId: string;
  amountMinor: number;
  currency: string;
  status: ProviderChargeStatus;
  refundedMinor: number;
  createdAt: Date;
}

/** Oldest first, so that following `nextCursor` misses no charge made meanwhile. */
export interface ChargePage {
  charges: ProviderCharge[];
  nextCursor: string | null;
}

export interface ParseWebhookRequest {
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  rawBody: Uint8Array;
  secret: string;
  now: Date;
}

/** A hint only: the receiver looks the attempt up, so order and repetition of events never matter (design §6). */
export interface ProviderEvent {
  eventId: string;
  kind: 'charge_updated';
  tenantId: string;
  attemptId: string;
  occurredAt: Date;
}

export interface ProviderCapabilities {
  /** After it a repeated key charges again: no send of an attempt later than this after its first. */
  idempotencyWindowMs: number;
  listCharges: boolean;
  currencies: 'all' | readonly string[];
}

/**
 * A payment provider (R5, R40). Every method throws only `ProviderError`, whose kind says whether money may have moved;
 * none retries by itself. `tenantId` is the provider-side account.
 */
export interface PaymentProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** Unknown token → `ProviderError('rejected', 'unknown_token')`. */
  attachMethod(request: AttachMethodRequest): Promise<AttachedMethod>;
  /** One try. Past deadline before writing → `not_sent`; past deadline after it → `unknown`. */
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  lookUp(request: LookUpRequest): Promise<LookUpResult>;
  /** Closes an open object so that it can no longer capture; repeating it is harmless. */
  cancelAttempt(request: CancelAttemptRequest): Promise<CancelAttemptResult>;
  refund(request: RefundRequest): Promise<RefundOutcome>;
  lookUpRefund(request: LookUpRefundRequest): Promise<LookUpRefundResult>;
  listCharges(request: ListChargesRequest): Promise<ChargePage>;
  /** Forged, stale (over 5 min) or unreadable → `ProviderError('rejected', 'bad_signature')`. */
  parseWebhook(request: ParseWebhookRequest): ProviderEvent;
}
