import { foreignKey, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { createdAt, instant, metadata, minor, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

export const plans = pgTable(
  'plans',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    planGroup: text('plan_group'),
    status: text('status').$type<'active' | 'archived'>().notNull().default('active'),
    currentPriceId: text('current_price_id').notNull(),
    trialPeriodDays: integer('trial_period_days').notNull().default(0),
    maxSubscriptions: integer('max_subscriptions'),
    maxPerCustomer: integer('max_per_customer'),
    metadata: metadata(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A price never changes: a new amount is a new version, and a subscription keeps the one it was sold. */
export const prices = pgTable(
  'prices',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    planId: text('plan_id').notNull(),
    version: integer('version').notNull(),
    model: text('model').$type<'flat' | 'per_unit'>().notNull(),
    amountMinor: minor('amount_minor').notNull(),
    currency: text('currency').notNull(),
    intervalUnit: text('interval_unit').$type<'day' | 'week' | 'month' | 'year'>().notNull(),
    intervalCount: integer('interval_count').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique('prices_version').on(t.tenantId, t.planId, t.version),
    foreignKey({ columns: [t.tenantId, t.planId], foreignColumns: [plans.tenantId, plans.id] }),
  ],
);
