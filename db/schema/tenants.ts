import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { createdAt, instant, tenantId } from './columns.ts';

export const tenants = pgTable('tenants', {
  tenantId: text('tenant_id').primaryKey(),
  name: text('name').notNull(),
  mode: text('mode').$type<'sandbox' | 'live'>().notNull(),
  /** `deleting` until its grace is over, `deleted` once nothing personal and no credential is left. */
  status: text('status').$type<'active' | 'suspended' | 'deleting' | 'deleted'>().notNull().default('active'),
  statusReason: text('status_reason'),
  /** The other half of a pair of a live and a sandbox tenant. */
  pairId: text('pair_id'),
  settings: jsonb('settings').notNull().default({}),
  /** What the operator allows: `requests_per_second`, `concurrent_requests`, `subscriptions`, `plans`, `api_keys`, `users`; absent: the platform's default. */
  limits: jsonb('limits').$type<Record<string, number>>().notNull().default({}),
  createdAt: createdAt(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  /** The last export that was read to its end; a deletion waits for one made after its request. */
  exportedAt: instant('exported_at'),
  /** Of the deletion that is under way. */
  deletionRequestedAt: instant('deletion_requested_at'),
  deleteAfter: instant('delete_after'),
  /** Nobody wants an export before it. */
  exportWaived: boolean('export_waived').notNull().default(false),
});

export const apiKeys = pgTable(
  'api_keys',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    secretHash: text('secret_hash').notNull(),
    owner: text('owner').notNull(),
    name: text('name'),
    role: text('role').notNull(),
    /** Null: all the role allows. */
    scopes: text('scopes').array(),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at'),
    expiresAt: instant('expires_at'),
    /** The key that takes its place; it goes on until `expires_at`. */
    replacedBy: text('replaced_by'),
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
    /** Where a person or machine called from; of customers it is not kept. */
    ipAddress: text('ip_address'),
    /** In an erased tenant only `erased`, the digest of what stood here and of the address. */
    details: jsonb('details').notNull().default({}),
    /** Place in the tenant's chain, and the keyed hash over this row and the one before; null until sealed. */
    position: bigint('position', { mode: 'number' }),
    hash: text('hash'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('audit_log_position').on(t.tenantId, t.position),
    index('audit_log_time').on(t.tenantId, t.at, t.id),
    index('audit_log_unsealed').on(t.at).where(sql`position is null`),
  ],
);

/** The end of each chain, so that rows cut off its end are missed. */
export const auditHeads = pgTable(
  'audit_heads',
  {
    tenantId: tenantId(),
    position: bigint('position', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
    sealedAt: instant('sealed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId] })],
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
    /** As text, so that a repetition reads the same bytes: jsonb would put its members into another order. */
    answer: json('answer'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.key] }), index('idempotency_keys_expiry').on(t.expiresAt)],
);
