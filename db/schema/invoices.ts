import { sql } from 'drizzle-orm';
import {
  bigint,
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
import { customers } from './customers.ts';
import { billingRuns, subscriptions } from './subscriptions.ts';
import { tenants } from './tenants.ts';

export const invoices = pgTable(
  'invoices',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    customerId: text('customer_id').notNull(),
    subscriptionId: text('subscription_id'),
    billingRunId: text('billing_run_id'),
    kind: text('kind').$type<'period' | 'proration' | 'additional' | 'manual'>().notNull(),
    number: bigint('number', { mode: 'number' }),
    status: text('status').$type<'draft' | 'open' | 'paid' | 'void' | 'uncollectible'>().notNull(),
    currency: text('currency').notNull(),
    subtotalMinor: minor('subtotal_minor').notNull(),
    totalMinor: minor('total_minor').notNull(),
    amountPaidMinor: minor('amount_paid_minor').notNull().default(0),
    /** What the invoice took from (negative: gave to) the subscription's credit balance; given back when void. */
    creditUsedMinor: minor('credit_used_minor').notNull().default(0),
    periodStartAt: instant('period_start_at'),
    periodEndAt: instant('period_end_at'),
    /** Free text of a manual invoice. */
    memo: text('memo'),
    createdAt: createdAt(),
    finalizedAt: instant('finalized_at'),
    paidAt: instant('paid_at'),
    voidedAt: instant('voided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('invoices_customer').on(t.tenantId, t.customerId),
    index('invoices_subscription').on(t.tenantId, t.subscriptionId),
    unique('invoices_number').on(t.tenantId, t.number),
    uniqueIndex('invoices_one_live_per_period')
      .on(t.tenantId, t.subscriptionId, t.periodStartAt)
      .where(sql`kind = 'period' and status <> 'void'`),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] }),
    foreignKey({ columns: [t.tenantId, t.billingRunId], foreignColumns: [billingRuns.tenantId, billingRuns.id] }),
  ],
);

export const invoiceLines = pgTable(
  'invoice_lines',
  {
    tenantId: tenantId(),
    invoiceId: text('invoice_id').notNull(),
    position: integer('position').notNull(),
    kind: text('kind').notNull(),
    description: text('description').notNull(),
    quantity: integer('quantity').notNull(),
    unitAmountMinor: minor('unit_amount_minor').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    startsAt: instant('starts_at'),
    endsAt: instant('ends_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.invoiceId, t.position] }),
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
  ],
);

/** Gap-free numbers: taken as the last statement of the finalising transaction, so that its lock is held briefly. */
export const invoiceCounters = pgTable(
  'invoice_counters',
  {
    tenantId: text('tenant_id').primaryKey(),
    lastNumber: bigint('last_number', { mode: 'number' }).notNull(),
    lastCreditNoteNumber: bigint('last_credit_note_number', { mode: 'number' }).notNull().default(0),
  },
  (t) => [foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] })],
);
