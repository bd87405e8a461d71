import { foreignKey, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, createdAt, instant, tenantId } from './columns.ts';
import { tenants } from './tenants.ts';

/** A user's place in a tenant. Who the user is, is known to the identity service; name and address stand here to be shown. */
export const memberships = pgTable(
  'memberships',
  {
    tenantId: tenantId(),
    /** The user's id. */
    id: text('id').notNull(),
    email: text('email').notNull(),
    name: text('name'),
    /** A built-in role, or the id of a custom one. */
    role: text('role').notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('memberships_user').on(t.id),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A set of permissions under a name of the tenant's own. */
export const customRoles = pgTable(
  'custom_roles',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    permissions: text('permissions').array().notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('custom_roles_name').on(t.tenantId, t.name),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A place offered to an address; whoever holds the token may take it, once, until it expires. */
export const invitations = pgTable(
  'invitations',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    email: text('email').notNull(),
    role: text('role').notNull(),
    /** SHA-256 of the token, hex. */
    tokenHash: text('token_hash').notNull(),
    status: text('status').$type<'open' | 'accepted' | 'revoked'>().notNull().default('open'),
    invitedBy: text('invited_by').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('invitations_token').on(t.tokenHash),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A machine, or an application of the business, that signs in by OAuth2. */
export const oauthClients = pgTable(
  'oauth_clients',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    authMethod: text('auth_method').$type<'client_secret_basic' | 'private_key_jwt' | 'none'>().notNull(),
    grantTypes: text('grant_types').array().notNull(),
    redirectUris: text('redirect_uris').array().notNull().default([]),
    /** Sealed, since the library compares it itself; null for keys and public clients. */
    secret: bytea('secret'),
    sealedBy: text('sealed_by'),
    jwks: jsonb('jwks'),
    role: text('role').notNull(),
    scopes: text('scopes').array(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('oauth_clients_id').on(t.id),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** Filters of a list under a name, of one person or key. */
export const savedViews = pgTable(
  'saved_views',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    /** Who made it and alone sees it: a user, a key or a client. */
    owner: text('owner').notNull(),
    /** Of the list it is a view of, as its address names it. */
    page: text('page').notNull(),
    name: text('name').notNull(),
    filters: jsonb('filters').$type<Record<string, string>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('saved_views_name').on(t.tenantId, t.owner, t.page, t.name),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);
