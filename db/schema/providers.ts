import { sql } from 'drizzle-orm';
import { foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, createdAt, instant, tenantId } from './columns.ts';
import { customers, paymentMethods } from './customers.ts';
import { tenants } from './tenants.ts';

/** A tenant's account at a provider. The credentials are sealed (AES-GCM) under the key that `sealed_by` names. */
export const providerAccounts = pgTable(
  'provider_accounts',
  {
    tenantId: tenantId(),
    provider: text('provider').notNull(),
    mode: text('mode').$type<'test' | 'live'>().notNull(),
    /** `credentials_refused` until they are replaced: the provider said so, and nothing was charged. */
    status: text('status').$type<'active' | 'credentials_refused' | 'disabled'>().notNull(),
    statusReason: text('status_reason'),
    /** The provider's own id of the account, by which a notification without an endpoint is found. */
    accountRef: text('account_ref'),
    /** Nothing secret: addresses, public keys, the provider's id of our webhook. */
    settings: jsonb('settings').$type<Record<string, string>>().notNull().default({}),
    credentials: bytea('credentials').notNull(),
    sealedBy: text('sealed_by').notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.provider, t.mode] }),
    index('provider_accounts_ref').on(t.provider, t.accountRef),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** Where a provider posts notifications about one tenant, with the secret (sealed) it signs them by. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    provider: text('provider').notNull(),
    mode: text('mode').$type<'test' | 'live'>().notNull(),
    status: text('status').$type<'active' | 'disabled'>().notNull().default('active'),
    settings: jsonb('settings').$type<Record<string, string>>().notNull().default({}),
    secret: bytea('secret').notNull(),
    sealedBy: text('sealed_by').notNull(),
    /** The provider's events up to then are known to be in the inbox. */
    caughtUpAt: instant('caught_up_at'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('webhook_endpoints_id').on(t.id),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A payment method being set up at the provider's own page; card data never passes the platform. */
export const methodSetups = pgTable(
  'method_setups',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    customerId: text('customer_id').notNull(),
    provider: text('provider').notNull(),
    status: text('status').$type<'open' | 'completed' | 'failed' | 'expired'>().notNull(),
    providerSetupId: text('provider_setup_id'),
    url: text('url'),
    returnUrl: text('return_url').notNull(),
    makeDefault: text('make_default').$type<'yes' | 'no' | 'if_first'>().notNull().default('if_first'),
    paymentMethodId: text('payment_method_id'),
    message: text('message'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('method_setups_provider')
      .on(t.tenantId, t.provider, t.providerSetupId)
      .where(sql`provider_setup_id is not null`),
    foreignKey({ columns: [t.tenantId, t.customerId], foreignColumns: [customers.tenantId, customers.id] }),
    foreignKey({
      columns: [t.tenantId, t.paymentMethodId],
      foreignColumns: [paymentMethods.tenantId, paymentMethods.id],
    }),
  ],
);
