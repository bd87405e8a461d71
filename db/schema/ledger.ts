import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, minor, tenantId } from './columns.ts';
import { invoices } from './invoices.ts';
import { payments } from './payments.ts';

/**
 * Double entry: rows of one `transaction_id` sum to zero per currency (a statement trigger refuses anything else: a transaction is
 * written by one INSERT), and the app role may neither
 * update nor delete them. Debits are positive, credits negative.
 */
export const ledgerEntries = pgTable(
  'ledger_entries',
  {
    tenantId: tenantId(),
    transactionId: text('transaction_id').notNull(),
    position: integer('position').notNull(),
    kind: text('kind').notNull(),
    account: text('account')
      .$type<
        | 'receivable'
        | 'revenue'
        | 'provider_clearing'
        | 'credit_balance'
        | 'refunds'
        | 'write_off'
        | 'disputes'
        | 'dispute_losses'
      >()
      .notNull(),
    currency: text('currency').notNull(),
    amountMinor: minor('amount_minor').notNull(),
    subscriptionId: text('subscription_id'),
    invoiceId: text('invoice_id'),
    paymentId: text('payment_id'),
    at: instant('at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.transactionId, t.position] }),
    index('ledger_entries_invoice').on(t.tenantId, t.invoiceId),
    // What was collected, by when; all a report reads of it stands in the index.
    index('ledger_entries_collected')
      .on(t.tenantId, t.at, t.currency, t.amountMinor)
      .where(sql`kind = 'charge' and account = 'receivable'`),
    check('ledger_entries_not_zero', sql`amount_minor <> 0`),
    foreignKey({ columns: [t.tenantId, t.invoiceId], foreignColumns: [invoices.tenantId, invoices.id] }),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
  ],
);
