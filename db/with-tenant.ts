import type { TenantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { invariant } from '../domain/invariant.ts';
import type { Sql, Transaction } from './database.ts';

/** One tenant's open transaction; `now` is PostgreSQL's clock when it began. */
export interface TenantTransaction {
  readonly tenantId: TenantId;
  readonly sql: Transaction;
  readonly now: Instant;
}

/** What a verb needs to reach its data. `clock` replaces PostgreSQL's clock where a test skips time. */
export interface TenantDatabase {
  readonly sql: Sql;
  readonly clock?: () => Promise<Instant> | Instant;
}

/**
 * The only way to a transaction of the app role. The tenant is set for this transaction alone, so a pooled connection
 * carries nothing over. Never keep it open across a provider call. With `isOneInstant` all its statements see the same.
 */
export async function withTenant<T>(
  database: TenantDatabase,
  tenantId: TenantId,
  work: (transaction: TenantTransaction) => Promise<T>,
  options: { isOneInstant?: boolean } = {},
): Promise<T> {
  const skipped = database.clock ? await database.clock() : undefined;
  const result = await database.sql.begin(
    options.isOneInstant ? 'isolation level repeatable read' : '',
    async (sql) => {
      const [row] = await sql<{ now: Instant }[]>`
      select set_config('app.tenant_id', ${tenantId}, true), date_trunc('milliseconds', clock_timestamp()) as now`;
      invariant(row, 'the clock answers');
      return work({ tenantId, sql, now: skipped ?? row.now });
    },
  );
  return result as T;
}

/**
 * A single statement as one tenant, in one round trip: four messages are pipelined on one connection, in this order. `query`
 * returns the statement, or a `.then` of it; one that is awaited first would be sent after the commit and see no row.
 */
export async function readAsTenant<T>(
  database: TenantDatabase,
  tenantId: TenantId,
  query: (sql: Sql) => PromiseLike<T>,
): Promise<T> {
  const connection = await database.sql.reserve();
  try {
    const sql = connection as unknown as Sql;
    const [, , result] = await Promise.all([
      sql`begin read only`.execute(),
      sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(),
      query(sql).then((result) => result),
      sql`commit`.execute(),
    ]);
    return result;
  } finally {
    connection.release();
  }
}
