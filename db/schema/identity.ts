import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgSchema, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytea, createdAt, instant } from './columns.ts';

/** What belongs to people and to the identity service, and to no tenant: its own schema, open to its own role alone. */
export const identity = pgSchema('identity');

export const users = identity.table(
  'users',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    name: text('name'),
    /** argon2id, in PHC form; null until the first password is set. */
    passwordHash: text('password_hash'),
    passwordChangedAt: instant('password_changed_at'),
    /** Sealed under the key that `sealed_by` names. */
    totpSecret: bytea('totp_secret'),
    sealedBy: text('sealed_by'),
    totpEnabledAt: instant('totp_enabled_at'),
    /** The last time step a code was taken for: no code counts twice. */
    totpLastStep: integer('totp_last_step'),
    isOperator: boolean('is_operator').notNull().default(false),
    status: text('status').$type<'active' | 'disabled'>().notNull().default('active'),
    createdAt: createdAt(),
    lastLoginAt: instant('last_login_at'),
  },
  (t) => [uniqueIndex('users_email').on(sql`lower(${t.email})`)],
);

export const recoveryCodes = identity.table(
  'recovery_codes',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    codeHash: text('code_hash').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [primaryKey({ columns: [t.userId, t.codeHash] })],
);

export const passwordResets = identity.table('password_resets', {
  tokenHash: text('token_hash').primaryKey(),
  userId: text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
  /** By whose word it is good (`identity/accounts/reset-authority.ts`); null, from before this was kept, is nobody's. */
  madeBy: jsonb('made_by'),
});

/** Keys that sign tokens: first published, then used, then kept for as long as what they signed. */
export const signingKeys = identity.table('signing_keys', {
  id: text('id').primaryKey(),
  algorithm: text('algorithm').notNull(),
  publicJwk: jsonb('public_jwk').notNull(),
  /** The private JWK, sealed. */
  privateJwk: bytea('private_jwk').notNull(),
  sealedBy: text('sealed_by').notNull(),
  createdAt: createdAt(),
  activeFrom: instant('active_from').notNull(),
  expiresAt: instant('expires_at'),
});

/** What the OAuth2 server must remember past a restart of Redis: grants, refresh tokens. */
export const oidcRecords = identity.table(
  'oidc_records',
  {
    model: text('model').notNull(),
    /** Of a secret value, its SHA-256. */
    id: text('id').notNull(),
    payload: jsonb('payload').notNull(),
    grantId: text('grant_id'),
    userCode: text('user_code'),
    uid: text('uid'),
    consumedAt: instant('consumed_at'),
    expiresAt: instant('expires_at'),
  },
  (t) => [
    primaryKey({ columns: [t.model, t.id] }),
    index('oidc_records_grant').on(t.grantId),
    index('oidc_records_expiry').on(t.expiresAt),
  ],
);
