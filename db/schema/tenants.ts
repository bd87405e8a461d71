import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, instant, tenantId } from './columns.ts';

export const tenants = pgTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  name: text('name').notNull(),
  mode: text('mode').$type<'sandbox' | 'live'>().notNull(),
  status: text('status').$type<'active' | 'suspended'>().notNull().default('active'),
  settings: jsonb('settings').notNull().default({}),
  createdAt: createdAt(),
});

export const apiKeys = pgTable(
  'api_keys',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    secretHash: text('secret_hash').notNull(),
    owner: text('owner').notNull(),
    role: text('role').$type<'admin' | 'integrator'>().notNull(),
    createdAt: createdAt(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('api_keys_id').on(t.id),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

export const auditLog = pgTable(
  'audit_log',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    at: instant('at').notNull(),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    resourceId: text('resource_id').notNull(),
    requestId: text('request_id'),
    details: jsonb('details').notNull().default({}),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    tenantId: tenantId(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    resourceId: text('resource_id'),
    lockedUntil: instant('locked_until').notNull(),
    answerStatus: integer('answer_status'),
    answer: jsonb('answer'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] }), index('idempotency_keys_expiry').on(t.expiresAt)],
);
