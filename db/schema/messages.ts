import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { carriers } from './carriers.ts';
import { bytea, createdAt, instant, tenantId } from './columns.ts';
import { subscriptions } from './subscriptions.ts';
import { tenants } from './tenants.ts';

/** Events, written with their fact; kept after publishing as the ordered history of each subscription. */
export const outbox = pgTable(
  'outbox',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    shard: smallint('shard').notNull(),
    topic: text('topic').notNull(),
    messageKey: text('message_key').notNull(),
    subscriptionId: text('subscription_id'),
    sequence: integer('sequence'),
    envelope: jsonb('envelope').notNull(),
    createdAt: createdAt(),
    publishedAt: instant('published_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('outbox_sequence').on(t.tenantId, t.messageKey, t.sequence).where(sql`sequence is not null`),
    index('outbox_unpublished').on(t.shard, t.messageKey, t.sequence).where(sql`published_at is null`),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** A wake or start that someone owes to a workflow; gone once the engine has accepted it. */
export const intents = pgTable(
  'intents',
  {
    tenantId: tenantId(),
    id: text('id').notNull(),
    /** Either one: whose workflow it is for. */
    subscriptionId: text('subscription_id'),
    carrierId: text('carrier_id'),
    /** `overdue` is a wake the reconciler asks for: dropped if the row has moved on by then. */
    kind: text('kind').$type<'start' | 'wake' | 'overdue'>().notNull(),
    dueAt: instant('due_at').notNull(),
    tries: integer('tries').notNull().default(0),
    lastError: text('last_error'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('intents_due').on(t.dueAt),
    index('intents_subscription').on(t.tenantId, t.subscriptionId),
    index('intents_carrier').on(t.tenantId, t.carrierId),
    check('intents_one_subject', sql`num_nonnulls(subscription_id, carrier_id) = 1`),
    foreignKey({ columns: [t.tenantId, t.carrierId], foreignColumns: [carriers.tenantId, carriers.id] }),
    foreignKey({ columns: [t.tenantId, t.subscriptionId], foreignColumns: [subscriptions.tenantId, subscriptions.id] }),
  ],
);

/** Provider notifications as they came, unique per tenant, endpoint and provider event. */
export const inbox = pgTable(
  'inbox',
  {
    tenantId: tenantId(),
    provider: text('provider').notNull(),
    endpoint: text('endpoint').notNull(),
    providerEventId: text('provider_event_id').notNull(),
    id: text('id').notNull(),
    attemptId: text('attempt_id'),
    /** The provider's own name of what happened. */
    eventType: text('event_type'),
    /** What the notification says, in the port's words; null where the platform has no use for it. */
    fact: jsonb('fact'),
    body: bytea('body').notNull(),
    receivedAt: instant('received_at').notNull().defaultNow(),
    publishedAt: instant('published_at'),
    processedAt: instant('processed_at'),
    status: text('status')
      .$type<'received' | 'processed' | 'ignored' | 'dead' | 'discarded'>()
      .notNull()
      .default('received'),
    /** Of handling it: failed ones and the one that succeeded. */
    tries: integer('tries').notNull().default(0),
    error: text('error'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.provider, t.endpoint, t.providerEventId] }),
    index('inbox_unpublished').on(t.receivedAt).where(sql`published_at is null`),
    uniqueIndex('inbox_id').on(t.tenantId, t.id),
    // By what only a failed try changes: handling the others stays an update in place.
    index('inbox_failed').on(t.tenantId, t.id).where(sql`error is not null`),
    index('inbox_attempt').on(t.tenantId, t.attemptId).where(sql`attempt_id is not null`),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);

/** What a consumer has already done, inserted in its effect's transaction. */
export const processedEvents = pgTable(
  'processed_events',
  { tenantId: tenantId(), consumer: text('consumer').notNull(), eventId: text('event_id').notNull(), at: createdAt() },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.consumer, t.eventId] }),
    foreignKey({ columns: [t.tenantId], foreignColumns: [tenants.tenantId] }),
  ],
);
