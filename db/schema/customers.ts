import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, instant, metadata, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

export const customers = pgTable(
  'customers',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    email: text('email').notNull(),
    name: text('name'),
    timezone: text('timezone').notNull().default('UTC'),
    country: text('country'),
    /** A language tag; null: as the browser asks for. */
    language: text('language'),
    status: text('status').$type<'active' | 'inactive'>().notNull().default('active'),
    defaultPaymentMethodId: text('default_payment_method_id'),
    metadata: metadata(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    // For the function find_customers_by_text alone: no statement that does not say `<> ''` is planned with them.
    index('customers_name_text')
      .on(t.tenantId, sql`lower("name" collate "und-x-icu") text_pattern_ops`)
      .where(sql`name <> ''`),
    index('customers_email_text')
      .on(t.tenantId, sql`lower("email" collate "und-x-icu") text_pattern_ops`)
      .where(sql`email <> ''`),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

export const paymentMethods = pgTable(
  'payment_methods',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    customerId: text('customer_id').notNull(),
    provider: text('provider').notNull(),
    providerMethodId: text('provider_method_id').notNull(),
    brand: text('brand').notNull(),
    /** Null where the method is no card. */
    last4: text('last4'),
    expMonth: integer('exp_month'),
    expYear: integer('exp_year'),
    status: text('status').$type<'active' | 'detached'>().notNull().default('active'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('payment_methods_customer').on(t.tenantId, t.customerId),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
  ],
);
