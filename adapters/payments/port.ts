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
  /** For a provider whose notifications name it (custom); the same on every send. */
  subscriptionId?: string | null;
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
  /** A card's brand, or the kind of method: `paypal`, `sepa_debit`. */
  brand: string;
  /** Null where the method is no card. */
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
}

/** The customer leaves for the provider's own page and comes back to `returnUrl`; card data never passes the platform (R63). */
export interface BeginSetupRequest {
  tenantId: string;
  setupId: string;
  customerId: string;
  returnUrl: string;
  idempotencyKey: string;
}

export interface BegunSetup {
  providerSetupId: string;
  url: string;
}

export interface ReadSetupRequest {
  tenantId: string;
  setupId: string;
  providerSetupId: string;
  idempotencyKey: string;
}

/** Its key may be the one the set-up was begun with. `open`: the customer has not finished. Reading a completed one again names the same method. */
export type SetupResult =
  | { kind: 'completed'; method: AttachedMethod }
  | { kind: 'open' }
  | { kind: 'failed'; code: string; message: string };

export interface LookUpRequest {
  tenantId: string;
  attemptId: string;
  /** Known once any answer or notification named it. */
  providerChargeId: string | null;
  firstSentAt: Date;
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

/** `already_decided` carries the outcome that came first; a success in it applies, `pending` is waited for. */
export type CancelAttemptResult = { kind: 'canceled' } | { kind: 'already_decided'; outcome: ChargeOutcome };

export interface RefundRequest {
  tenantId: string;
  refundId: string;
  idempotencyKey: string;
  providerChargeId: string;
  /** Integer minor units of `currency`; Σ refunds of a charge <= captured (R42). */
  amountMinor: number;
  currency: string;
  /** As a charge's. */
  deadlineAtMonotonicMs: number;
}

/**
 * `rejected`: it was refused, no money moved. `failed`: the provider had taken it, also as done, and the money came back, as where
 * the customer's bank returns it; that is its last word. Both release the reservation.
 */
export type RefundOutcome =
  | { kind: 'succeeded'; providerRefundId: string }
  | { kind: 'pending'; providerRefundId: string }
  | { kind: 'rejected'; code: string; message: string }
  | { kind: 'failed'; providerRefundId: string; code: string; message: string };

export interface LookUpRefundRequest {
  tenantId: string;
  refundId: string;
  providerChargeId: string;
  /** Known once any answer or notification named it. */
  providerRefundId: string | null;
  timeoutMs: number;
}

/** Of several refunds under one reference, one whose money is gone outranks those whose money is not. */
export type LookUpRefundResult =
  | { kind: 'found'; outcome: RefundOutcome; amountMinor: number; currency: string }
  | { kind: 'not_found' };

export interface ListChargesRequest {
  tenantId: string;
  /** Only charges created in `[from, to)` by the provider's clock; the same with every cursor. Absent: all there are. */
  created?: { from: Date; to: Date };
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
  /** What else the endpoint was given, nothing secret: PayPal's id of the webhook. */
  settings: Readonly<Record<string, string>>;
  now: Date;
}

/**
 * What an event says, as a hint only: the receiver asks the provider itself, so order and repetition of events never matter
 * (design §6). Of our own id and the provider's at least one is known; a dispute carries its own state, ranked open < won < lost.
 */
export type ProviderFact =
  | { kind: 'charge_updated'; attemptId: string | null; providerChargeId: string | null }
  | { kind: 'refund_updated'; refundId: string | null; providerRefundId: string | null }
  | { kind: 'dispute_updated'; dispute: ProviderDispute }
  | { kind: 'setup_updated'; setupId: string | null; providerSetupId: string | null };

/** R43. Instants are RFC 3339 UTC, so that the fact can be stored as it is. */
export interface ProviderDispute {
  providerDisputeId: string;
  attemptId: string | null;
  providerChargeId: string | null;
  status: 'open' | 'won' | 'lost';
  /** Integer minor units of `currency`. */
  amountMinor: number;
  currency: string;
  reason: string;
  openedAt: string;
  evidenceDueAt: string | null;
}

export interface ProviderEvent {
  /** Unique per account; a repeated delivery carries it again. */
  eventId: string;
  /** The provider's own name of what happened. */
  type: string;
  /** The provider's id of the account it is about, where an event says so; the sandbox's is our tenant id. */
  accountRef: string | null;
  /** Our subscription, where the protocol names it (custom): unknown → the notification is refused. */
  subscriptionRef?: string | null;
  /** Null where the platform has no use for it: stored and ignored. */
  fact: ProviderFact | null;
  occurredAt: Date;
}

export interface ListEventsRequest {
  tenantId: string;
  since: Date;
  cursor?: string;
  /** 1–100. */
  limit: number;
}

/** Oldest first where the provider can; in any order otherwise. `rawBody` is what a delivery would have carried. */
export interface EventPage {
  events: { event: ProviderEvent; rawBody: Uint8Array }[];
  nextCursor: string | null;
}

export interface ProviderCapabilities {
  /** After it a repeated key charges again: no send of an attempt later than this after its first. */
  idempotencyWindowMs: number;
  /** The same for refunds. */
  refundKeyWindowMs: number;
  /** For how long `lookUp` may not know a charge that was made; 0 where what it does not find is not there. */
  lookUpLagMs: number;
  /** For how long a customer can answer an authentication, from the charge on; null where it does not end by itself. */
  actionWindowMs: number | null;
  listCharges: boolean;
  /** `listEvents` tells what no delivery brought. */
  listEvents: boolean;
  /** `beginSetup` leads the customer to the provider's page. */
  setup: boolean;
  /** `attachMethod` takes a token that the provider's own scripts made in the browser. */
  attach: boolean;
  currencies: 'all' | readonly string[];
}

/**
 * A payment provider (R5, R40). Every method throws only `ProviderError`, whose kind says whether money may have moved;
 * none retries by itself. `tenantId` is the provider-side account.
 */
export interface PaymentProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** Where the key windows are the account's own: those of `capabilities` are the least there is then. */
  keyWindows?: (tenantId: string) => Promise<{ chargeMs: number; refundMs: number }>;
  /** Unknown token → `ProviderError('rejected', 'unknown_token')`. */
  attachMethod(request: AttachMethodRequest): Promise<AttachedMethod>;
  /** One try. Past deadline before writing → `not_sent`; past deadline after it → `unknown`. */
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  /** Throws `ProviderError('rejected', 'not_supported')` where the capability is missing. */
  beginSetup(request: BeginSetupRequest): Promise<BegunSetup>;
  readSetup(request: ReadSetupRequest): Promise<SetupResult>;
  lookUp(request: LookUpRequest): Promise<LookUpResult>;
  /** Closes an open object so that it can no longer capture; repeating it is harmless. */
  cancelAttempt(request: CancelAttemptRequest): Promise<CancelAttemptResult>;
  /** One try, with the deadline of a charge. */
  refund(request: RefundRequest): Promise<RefundOutcome>;
  lookUpRefund(request: LookUpRefundRequest): Promise<LookUpRefundResult>;
  listCharges(request: ListChargesRequest): Promise<ChargePage>;
  /** Where the capability is missing: an empty page. */
  listEvents(request: ListEventsRequest): Promise<EventPage>;
  /**
   * The account that a notification without an endpoint in its address says it is about, read from the body before anything is
   * verified: it only selects whose secret must verify it. Null, or no such method, where a body names none.
   */
  accountOfWebhook?(rawBody: Uint8Array): string | null;
  /** Forged, stale or future (over 5 min) → `ProviderError('rejected', 'bad_signature')`, unreadable → `bad_payload`. */
  parseWebhook(request: ParseWebhookRequest): Promise<ProviderEvent>;
}
