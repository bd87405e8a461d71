import type {
  AttemptId,
  BillingRunId,
  CreditNoteId,
  CustomerId,
  InvoiceId,
  PaymentId,
  PaymentMethodId,
  RefundId,
  SubscriptionId,
  TenantId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { DeclineKind } from '../../domain/payments/decline.ts';
import type { AttemptStatus, PaymentStatus } from '../../domain/payments/payment-status.ts';
import type { RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import type { Subscription } from '../../domain/subscriptions/subscription.ts';

/** The stored subscription: its business facts and what the engine side keeps on the row. */
export interface SubscriptionRow extends Subscription {
  planGroup: string | null;
  pendingLines: InvoiceLine[];
  allowIncomplete: boolean;
  incompleteExpiresAt: Instant | null;
  nextKind: string;
  nextAt: Instant;
  wakeAt: Instant;
  sleepingUntil: Instant | null;
  fruitlessTries: number;
  parked: { step: string; input: unknown; error: string } | null;
  hasOpenWork: boolean;
  lastResult: string;
  version: number;
  sequence: number;
  updatedAt: Instant;
}

export interface BillingRunRow {
  tenantId: TenantId;
  id: BillingRunId;
  subscriptionId: SubscriptionId;
  kind: 'trial' | 'first' | 'renewal';
  ordinal: number;
  boundaryAt: Instant;
  periodStartAt: Instant;
  periodEndAt: Instant;
  amountMinor: number;
  status: 'open' | 'settled' | 'skipped' | 'void';
  openedAt: Instant;
  settledAt: Instant | null;
}

export interface InvoiceRow {
  tenantId: TenantId;
  id: InvoiceId;
  customerId: CustomerId;
  subscriptionId: SubscriptionId | null;
  billingRunId: BillingRunId | null;
  kind: 'period' | 'proration' | 'additional' | 'manual';
  number: number | null;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  currency: string;
  subtotalMinor: number;
  totalMinor: number;
  amountPaidMinor: number;
  creditUsedMinor: number;
  memo: string | null;
  periodStartAt: Instant | null;
  periodEndAt: Instant | null;
  createdAt: Instant;
  finalizedAt: Instant | null;
  paidAt: Instant | null;
  voidedAt: Instant | null;
}

export interface PaymentRow {
  tenantId: TenantId;
  id: PaymentId;
  customerId: CustomerId;
  subscriptionId: SubscriptionId | null;
  invoiceId: InvoiceId;
  paymentMethodId: PaymentMethodId | null;
  status: PaymentStatus;
  amountMinor: number;
  currency: string;
  capturedMinor: number;
  refundedMinor: number;
  disputedMinor: number;
  attemptsCount: number;
  attemptCountMax: number;
  lastError: string | null;
  firstFailedAt: Instant | null;
  retryAt: Instant | null;
  dunningEndsAt: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}

export type AttemptTrigger = 'create' | 'renewal' | 'retry' | 'manual' | 'upgrade' | 'additional' | 'new_method';

export interface AttemptRow {
  tenantId: TenantId;
  id: AttemptId;
  paymentId: PaymentId;
  invoiceId: InvoiceId;
  subscriptionId: SubscriptionId | null;
  number: number;
  status: AttemptStatus;
  trigger: AttemptTrigger;
  provider: string;
  paymentMethodId: PaymentMethodId;
  providerMethodId: string;
  amountMinor: number;
  currency: string;
  dueAt: Instant;
  sendAt: Instant | null;
  sendCount: number;
  leaseId: string | null;
  leaseUntil: Instant | null;
  firstSentAt: Instant | null;
  resolveAt: Instant | null;
  resolveCount: number;
  expiresAt: Instant | null;
  providerChargeId: string | null;
  declineKind: DeclineKind | null;
  code: string | null;
  message: string | null;
  actionUrl: string | null;
  surplus: boolean;
  claimKey: string | null;
  createdAt: Instant;
  settledAt: Instant | null;
}

export interface RefundRow {
  tenantId: TenantId;
  id: RefundId;
  paymentId: PaymentId;
  attemptId: AttemptId;
  subscriptionId: SubscriptionId | null;
  status: RefundStatus;
  reason: string;
  amountMinor: number;
  currency: string;
  leaseId: string | null;
  leaseUntil: Instant | null;
  resolveAt: Instant | null;
  resolveCount: number;
  firstSentAt: Instant | null;
  providerRefundId: string | null;
  message: string | null;
  requestedBy: string;
  note: string | null;
  createdAt: Instant;
  settledAt: Instant | null;
}

/** The row behind the workflow of a payment without a subscription, or of a refund; its id is theirs. */
export interface CarrierRow {
  tenantId: TenantId;
  id: PaymentId | RefundId;
  kind: 'payment' | 'refund';
  paymentId: PaymentId | null;
  refundId: RefundId | null;
  customerId: CustomerId;
  nextKind: string;
  nextAt: Instant;
  wakeAt: Instant;
  sleepingUntil: Instant | null;
  fruitlessTries: number;
  parkedAt: Instant | null;
  parked: { step: string; input: unknown; error: string } | null;
  hasOpenWork: boolean;
  lastResult: string;
  version: number;
  sequence: number;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface CreditNoteRow {
  tenantId: TenantId;
  id: CreditNoteId;
  number: number;
  invoiceId: InvoiceId;
  refundId: RefundId;
  customerId: CustomerId;
  currency: string;
  totalMinor: number;
  reason: string;
  createdAt: Instant;
}

export interface CreditNoteLineRow {
  position: number;
  invoiceLinePosition: number;
  description: string;
  amountMinor: number;
}

export interface PaymentMethodRow {
  id: PaymentMethodId;
  customerId: CustomerId;
  provider: string;
  providerMethodId: string;
  brand: string;
  /** Null where the method is no card. */
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
  status: 'active' | 'detached';
  createdAt: Instant;
}

export interface LedgerEntry {
  account:
    | 'receivable'
    | 'revenue'
    | 'provider_clearing'
    | 'credit_balance'
    | 'refunds'
    | 'write_off'
    /** Held by a provider while a dispute is open; what is lost is an expense. */
    | 'disputes'
    | 'dispute_losses';
  /** Debits positive, credits negative. */
  amountMinor: number;
}
