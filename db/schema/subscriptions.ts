import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { PaidBasis, PendingChange } from '../../domain/subscriptions/subscription.ts';
import { createdAt, instant, metadata, minor, tenantId } from './columns.ts';
import { customers, paymentMethods } from './customers.ts';
import { plans, prices } from './plans.ts';

export const subscriptions = pgTable(
  'subscriptions',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    customerId: text('customer_id').notNull(),
    planId: text('plan_id').notNull(),
    priceId: text('price_id').notNull(),
    planGroup: text('plan_group'),
    paymentMethodId: text('payment_method_id'),
    quantity: integer('quantity').notNull(),
    currency: text('currency').notNull(),
    timezone: text('timezone').notNull(),
    groupId: text('group_id'),
    status: text('status').notNull(),
    collection: text('collection').$type<'normal' | 'dunning'>().notNull().default('normal'),
    startsAt: instant('starts_at').notNull(),
    trialEndAt: instant('trial_end_at'),
    periodStartAt: instant('period_start_at'),
    periodEndAt: instant('period_end_at'),
    periodPausedMs: bigint('period_paused_ms', { mode: 'number' }).notNull().default(0),
    basis: jsonb('basis').$type<PaidBasis>(),
    pendingLines: jsonb('pending_lines').$type<InvoiceLine[]>().notNull().default([]),
    creditBalanceMinor: minor('credit_balance_minor').notNull().default(0),
    pendingChange: jsonb('pending_change').$type<PendingChange>(),
    cancelAt: instant('cancel_at'),
    cancelReason: text('cancel_reason'),
    canceledAt: instant('canceled_at'),
    pausedAt: instant('paused_at'),
    resumesAt: instant('resumes_at'),
    pauseRemainingMs: bigint('pause_remaining_ms', { mode: 'number' }),
    statusBeforePause: text('status_before_pause'),
    allowIncomplete: boolean('allow_incomplete').notNull().default(false),
    incompleteExpiresAt: instant('incomplete_expires_at'),
    nextKind: text('next_kind').notNull(),
    nextAt: instant('next_at').notNull(),
    wakeAt: instant('wake_at').notNull(),
    /** What the workflow has promised: it is awake by then. Null: no promise was ever made. */
    sleepingUntil: instant('sleeping_until'),
    fruitlessTries: integer('fruitless_tries').notNull().default(0),
    parkedAt: instant('parked_at'),
    parked: jsonb('parked').$type<{ step: string; input: unknown; error: string }>(),
    /** False when no payment, attempt, refund or billing run is open: a verb then need not look for any. */
    hasOpenWork: boolean('has_open_work').notNull().default(false),
    lastResult: text('last_result').notNull().default(''),
    version: integer('version').notNull().default(1),
    sequence: integer('sequence').notNull().default(0),
    metadata: metadata(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('subscriptions_customer').on(t.tenantId, t.customerId),
    index('subscriptions_plan').on(t.tenantId, t.planId),
    index('subscriptions_overdue').on(t.wakeAt).where(sql`wake_at < 'infinity' and parked_at is null`),
    uniqueIndex('subscriptions_one_live_per_group')
      .on(t.tenantId, t.customerId, t.planGroup)
      .where(sql`plan_group is not null and status not in ('canceled', 'expired', 'payment_failed')`),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({ columns: [t.tenantId, t.planId], foreignColumns: [plans.tenantId, plans.id] }),
    foreignKey({ columns: [t.tenantId, t.priceId], foreignColumns: [prices.tenantId, prices.id] }),
    foreignKey({
      columns: [t.tenantId, t.paymentMethodId],
      foreignColumns: [paymentMethods.tenantId, paymentMethods.id],
    }),
  ],
);

const subscriptionReference = (t: { tenantId: AnyPgColumn; subscriptionId: AnyPgColumn }) =>
  foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] });

/** R28: the anchor in force is the row with the highest ordinal. */
export const subscriptionAnchors = pgTable(
  'subscription_anchors',
  {
    tenantId: tenantId(),
    subscriptionId: text('subscription_id').notNull(),
    ordinal: integer('ordinal').notNull(),
    effectiveFrom: instant('effective_from').notNull(),
    localDate: text('local_date').notNull(),
    localTime: text('local_time').notNull(),
    zone: text('zone').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.subscriptionId, t.ordinal] }), subscriptionReference(t)],
);

export const timeline = pgTable(
  'timeline',
  {
    tenantId: tenantId(),
    subscriptionId: text('subscription_id').notNull(),
    /** Taken under the subscription's row lock, so it orders the rows of one subscription. */
    id: bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity(),
    at: instant('at').notNull(),
    action: text('action').notNull(),
    actor: text('actor').notNull(),
    planId: text('plan_id').notNull(),
    details: jsonb('details').notNull().default({}),
    recordedAt: instant('recorded_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.subscriptionId, t.id] }), subscriptionReference(t)],
);

export const billingRuns = pgTable(
  'billing_runs',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    subscriptionId: text('subscription_id').notNull(),
    kind: text('kind').$type<'trial' | 'first' | 'renewal'>().notNull(),
    ordinal: integer('ordinal').notNull(),
    boundaryAt: instant('boundary_at').notNull(),
    periodStartAt: instant('period_start_at').notNull(),
    periodEndAt: instant('period_end_at').notNull(),
    /** What the period's own line bills: the paid basis once it is paid. */
    amountMinor: minor('amount_minor').notNull(),
    status: text('status').$type<'open' | 'settled' | 'skipped' | 'void'>().notNull(),
    openedAt: instant('opened_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('billing_runs_one_per_boundary').on(t.tenantId, t.subscriptionId, t.boundaryAt),
    subscriptionReference(t),
  ],
);

/** Virtual time: the frozen instant is the only truth for the business dates on it. `scope` is a subscription id, or `tenant`. */
export const testClocks = pgTable(
  'test_clocks',
  {
    tenantId: tenantId(),
    scope: text('scope').notNull(),
    subscriptionId: text('subscription_id'),
    frozenAt: instant('frozen_at').notNull(),
    targetAt: instant('target_at'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.scope] }), subscriptionReference(t)],
);
