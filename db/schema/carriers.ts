import { sql } from 'drizzle-orm';
import { boolean, check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, instant, tenantId } from './columns.ts';
import { customers } from './customers.ts';
import { payments } from './payments.ts';
import { refunds } from './refunds.ts';

/**
 * The row behind a workflow that is not a subscription's: `payment:` carries a payment without a subscription, `refund:` a refund.
 * Its id is theirs. It holds what the engine side needs to know, as the same columns of a subscription do.
 */
export const carriers = pgTable(
  'carriers',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    kind: text('kind').$type<'payment' | 'refund'>().notNull(),
    paymentId: text('payment_id'),
    refundId: text('refund_id'),
    customerId: text('customer_id').notNull(),
    nextKind: text('next_kind').notNull(),
    nextAt: instant('next_at').notNull(),
    wakeAt: instant('wake_at').notNull(),
    sleepingUntil: instant('sleeping_until'),
    fruitlessTries: integer('fruitless_tries').notNull().default(0),
    parkedAt: instant('parked_at'),
    parked: jsonb('parked').$type<{ step: string; input: unknown; error: string }>(),
    hasOpenWork: boolean('has_open_work').notNull().default(true),
    lastResult: text('last_result').notNull().default(''),
    version: integer('version').notNull().default(1),
    sequence: integer('sequence').notNull().default(0),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('carriers_overdue').on(t.wakeAt).where(sql`wake_at < 'infinity' and parked_at is null`),
    check('carriers_one_subject', sql`num_nonnulls(payment_id, refund_id) = 1`),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.paymentId], foreignColumns: [payments.tenantId, payments.id] }),
    foreignKey({ columns: [t.tenantId, t.refundId], foreignColumns: [refunds.tenantId, refunds.id] }),
  ],
);
