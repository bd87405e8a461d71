import { bigint, customType, jsonb, text, timestamp } from 'drizzle-orm/pg-core';

/** Milliseconds are the finest instant the platform uses; `infinity` is legal. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
/** Integer minor units of the row's currency. */
export const minor = (name: string) => bigint(name, { mode: 'number' });
export const tenantId = () => text('tenant_id').notNull();
export const createdAt = () => instant('created_at').notNull().defaultNow();
export const metadata = () => jsonb('metadata').$type<Record<string, string>>().notNull().default({});
export const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
