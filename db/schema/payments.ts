import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { createdAt, instant, minor, tenantId } from './columns.ts';
import { customers, paymentMethods } from './customers.ts';
import { invoices } from './invoices.ts';
import { subscriptions } from './subscriptions.ts';

/** One per thing to collect. */
export const payments = pgTable(
  'payments',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    customerId: text('customer_id').notNull(),
    subscriptionId: text('subscription_id'),
    invoiceId: text('invoice_id').notNull(),
    paymentMethodId: text('payment_method_id'),
    status: text('status').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    capturedMinor: minor('captured_minor').notNull().default(0),
    refundedMinor: minor('refunded_minor').notNull().default(0),
    /** Reserved by disputes that are open or lost. */
    disputedMinor: minor('disputed_minor').notNull().default(0),
    attemptsCount: integer('attempts_count').notNull().default(0),
    attemptCountMax: integer('attempt_count_max').notNull(),
    lastError: text('last_error'),
    firstFailedAt: instant('first_failed_at'),
    retryAt: instant('retry_at'),
    /** A hard decline waits for another method until then; past it the final action applies. */
    dunningEndsAt: instant('dunning_ends_at'),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('payments_subscription').on(t.tenantId, t.subscriptionId),
    index('payments_customer').on(t.tenantId, t.customerId),
    index('payments_invoice').on(t.tenantId, t.invoiceId),
    // By what only a failure changes: a payment that succeeds never touches it.
    index('payments_failed').on(t.tenantId, t.firstFailedAt).where(sql`first_failed_at is not null`),
    check(
      'payments_returns_within_captured',
      sql`refunded_minor >= 0 and disputed_minor >= 0 and refunded_minor + disputed_minor <= captured_minor`,
    ),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] }),
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    foreignKey({
      columns: [t.tenantId, t.paymentMethodId],
      foreignColumns: [paymentMethods.tenantId, paymentMethods.id],
    }),
  ],
);

export const paymentAttempts = pgTable(
  'payment_attempts',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    paymentId: text('payment_id').notNull(),
    invoiceId: text('invoice_id').notNull(),
    subscriptionId: text('subscription_id'),
    number: integer('number').notNull(),
    status: text('status').notNull(),
    trigger: text('trigger')
      .$type<'create' | 'renewal' | 'retry' | 'manual' | 'upgrade' | 'additional' | 'new_method'>()
      .notNull(),
    provider: text('provider').notNull(),
    paymentMethodId: text('payment_method_id').notNull(),
    providerMethodId: text('provider_method_id').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    /** Business instant the attempt was due at; dunning counts from it. */
    dueAt: instant('due_at').notNull(),
    sendAt: instant('send_at'),
    sendCount: integer('send_count').notNull().default(0),
    leaseId: text('lease_id'),
    leaseUntil: instant('lease_until'),
    firstSentAt: instant('first_sent_at'),
    resolveAt: instant('resolve_at'),
    resolveCount: integer('resolve_count').notNull().default(0),
    expiresAt: instant('expires_at'),
    providerChargeId: text('provider_charge_id'),
    declineKind: text('decline_kind'),
    code: text('code'),
    message: text('message'),
    actionUrl: text('action_url'),
    /** It does not pay its invoice, which another attempt has paid or nobody shall: refunded in full if captured, and outside the one-per-invoice index. */
    surplus: boolean('surplus').notNull().default(false),
    /** The idempotency key whose stored answer this attempt settles. */
    claimKey: text('claim_key'),
    createdAt: createdAt(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('payment_attempts_number').on(t.tenantId, t.paymentId, t.number),
    uniqueIndex('payment_attempts_one_open_per_invoice')
      .on(t.tenantId, t.invoiceId)
      .where(
        sql`status in ('created', 'sent', 'unknown', 'requires_action', 'succeeded', 'needs_review') and not surplus`,
      ),
    index('payment_attempts_subscription_open')
      .on(t.tenantId, t.subscriptionId)
      .where(sql`status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review')`),
    index('payment_attempts_provider_charge')
      .on(t.tenantId, t.providerChargeId)
      .where(sql`provider_charge_id is not null`),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] }),
    foreignKey({
      columns: [t.tenantId, t.paymentMethodId],
      foreignColumns: [paymentMethods.tenantId, paymentMethods.id],
    }),
  ],
);
