import { sql } from 'drizzle-orm';
import {
  bigint,
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
import type { RefundStatus } from '../../domain/refunds/next-of-refund.ts';
import { createdAt, instant, minor, tenantId } from './columns.ts';
import { customers } from './customers.ts';
import { invoices } from './invoices.ts';
import { paymentAttempts, payments } from './payments.ts';
import { subscriptions } from './subscriptions.ts';

export const refunds = pgTable(
  'refunds',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    paymentId: text('payment_id').notNull(),
    attemptId: text('attempt_id').notNull(),
    subscriptionId: text('subscription_id'),
    status: text('status').$type<RefundStatus>().notNull(),
    reason: text('reason').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    leaseId: text('lease_id'),
    leaseUntil: instant('lease_until'),
    resolveAt: instant('resolve_at'),
    resolveCount: integer('resolve_count').notNull().default(0),
    firstSentAt: instant('first_sent_at'),
    providerRefundId: text('provider_refund_id'),
    message: text('message'),
    requestedBy: text('requested_by').notNull().default('workflow'),
    /** What the customer reads on the credit note. */
    note: text('note'),
    createdAt: createdAt(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('refunds_payment').on(t.tenantId, t.paymentId),
    index('refunds_subscription_open')
      .on(t.tenantId, t.subscriptionId)
      .where(sql`status in ('requested', 'sent', 'unknown', 'pending')`),
    check('refunds_positive', sql`amount_minor > 0`),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    foreignKey({ columns: [t.tenantId, t.attemptId], foreignColumns: [paymentAttempts.tenantId, paymentAttempts.id] }),
    foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] }),
  ],
);

/** What a customer asks for; a person approves it, which makes a refund, or declines it. */
export const refundRequests = pgTable(
  'refund_requests',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    paymentId: text('payment_id').notNull(),
    customerId: text('customer_id').notNull(),
    status: text('status').$type<'open' | 'approved' | 'declined'>().notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').notNull(),
    decidedBy: text('decided_by'),
    decisionNote: text('decision_note'),
    /** What the customer reads of it; the note is for whoever decides. */
    customerMessage: text('customer_message'),
    refundId: text('refund_id'),
    createdAt: createdAt(),
    decidedAt: instant('decided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('refund_requests_one_open_per_payment').on(t.tenantId, t.paymentId).where(sql`status = 'open'`),
    index('refund_requests_customer').on(t.tenantId, t.customerId),
    check('refund_requests_positive', sql`amount_minor > 0`),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.refundId], foreignColumns: [refunds.tenantId, refunds.id] }),
  ],
);

/** The document behind a refund that is done: what of which invoice was given back. Its numbers have no gap. */
export const creditNotes = pgTable(
  'credit_notes',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    number: bigint('number', { mode: 'number' }).notNull(),
    invoiceId: text('invoice_id').notNull(),
    refundId: text('refund_id').notNull(),
    customerId: text('customer_id').notNull(),
    currency: text('currency').notNull(),
    totalMinor: minor('total_minor').notNull(),
    reason: text('reason').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('credit_notes_number').on(t.tenantId, t.number),
    unique('credit_notes_one_per_refund').on(t.tenantId, t.refundId),
    index('credit_notes_invoice').on(t.tenantId, t.invoiceId),
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    foreignKey({ columns: [t.tenantId, t.refundId], foreignColumns: [refunds.tenantId, refunds.id] }),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
  ],
);

/** The share of each invoice line; together they are the note's total. */
export const creditNoteLines = pgTable(
  'credit_note_lines',
  {
    tenantId: tenantId(),
    creditNoteId: text('credit_note_id').notNull(),
    position: integer('position').notNull(),
    /** Position of the invoice's line it gives back a share of. */
    invoiceLinePosition: integer('invoice_line_position').notNull(),
    description: text('description').notNull(),
    amountMinor: minor('amount_minor').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.creditNoteId, t.position] }),
    foreignKey({ columns: [t.tenantId, t.creditNoteId], foreignColumns: [creditNotes.tenantId, creditNotes.id] }),
  ],
);

/** R43. A provider's dispute of one charge: what it holds is reserved while it is open or lost. */
export const disputes = pgTable(
  'disputes',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    paymentId: text('payment_id').notNull(),
    attemptId: text('attempt_id').notNull(),
    provider: text('provider').notNull(),
    providerDisputeId: text('provider_dispute_id').notNull(),
    status: text('status').$type<'open' | 'won' | 'lost'>().notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').notNull(),
    openedAt: instant('opened_at').notNull(),
    evidenceDueAt: instant('evidence_due_at'),
    createdAt: createdAt(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('disputes_provider_dispute').on(t.tenantId, t.provider, t.providerDisputeId),
    index('disputes_payment').on(t.tenantId, t.paymentId),
    check('disputes_positive', sql`amount_minor > 0`),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    foreignKey({ columns: [t.tenantId, t.attemptId], foreignColumns: [paymentAttempts.tenantId, paymentAttempts.id] }),
  ],
);

/** Spec §8: an administrator's retry of one payment; clicked twice it is one task. */
export const retryTasks = pgTable(
  'retry_tasks',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    paymentId: text('payment_id').notNull(),
    adminId: text('admin_id').notNull(),
    attemptNumber: integer('attempt_number').notNull(),
    status: text('status').$type<'requested' | 'running' | 'succeeded' | 'failed' | 'refused'>().notNull(),
    providerMessage: text('provider_message'),
    createdAt: createdAt(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('retry_tasks_one_per_attempt').on(t.tenantId, t.paymentId, t.attemptNumber),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
  ],
);
