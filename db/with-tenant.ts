import type { TenantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { invariant } from '../domain/invariant.ts';
import type { Sql, Statement, Transaction } from './database.ts';

/** One tenant's open transaction; `now` is PostgreSQL's clock when it began. */
export interface TenantTransaction {
  readonly tenantId: TenantId;
  readonly sql: Transaction;
  readonly now: Instant;
  /** Sends a write whose result nobody needs, without waiting for it: where it fails, the commit does. */
  alongside(write: Statement): void;
}

/** What there is of a transaction before PostgreSQL has told its time: `clock` stands for that in a statement. */
export interface OpeningTransaction {
  readonly tenantId: TenantId;
  readonly sql: Transaction;
  readonly clock: Statement;
}

/** What a verb needs to reach its data. `clock` replaces PostgreSQL's clock where a test skips time. */
export interface TenantDatabase {
  readonly sql: Sql;
  readonly clock?: () => Promise<Instant> | Instant;
}

/**
 * The only way to a transaction of the app role. The tenant is set for this transaction alone, so a pooled connection
 * carries nothing over. Never keep it open across a provider call. With `isOneInstant` all its statements see the same.
 * What `opening` sends goes out in the round trip that sets the tenant.
 */
export async function withTenant<T, Opened = undefined>(
  database: TenantDatabase,
  tenantId: TenantId,
  work: (transaction: TenantTransaction, opened: Opened) => Promise<T>,
  options: { isOneInstant?: boolean; opening?: (transaction: OpeningTransaction) => Promise<Opened> } = {},
): Promise<T> {
  const skipped = database.clock ? await database.clock() : undefined;
  const sent: Statement[] = [];
  const alongside = (write: Statement) => void sent.push(write.execute());
  const result = await database.sql.begin(
    options.isOneInstant ? 'isolation level repeatable read' : '',
    async (sql) => {
      const clock = skipped === undefined ? sql`clock_timestamp()` : sql`${skipped}::timestamptz`;
      const [[row], opened] = await Promise.all([
        sql<{ now: Instant }[]>`
          select set_config('app.tenant_id', ${tenantId}, true), date_trunc('milliseconds', clock_timestamp()) as now`.execute(),
        options.opening?.({ tenantId, sql, clock }),
      ]);
      invariant(row, 'the clock answers');
      return work({ tenantId, sql, now: skipped ?? row.now, alongside }, opened as Opened);
    },
  );
  // After a statement that failed, PostgreSQL rolls back and calls that a commit.
  await Promise.all(sent);
  return result as T;
}

/**
 * Statements as one tenant, each in one round trip and a transaction of its own; for reads alone, PostgreSQL refuses a write inside.
 * The tenant is a row that is computed before the statement is begun: `tenant.id` in it, and `offset 0`, leave no other order. Were
 * it ever computed later, no tenant would be set, and no row seen.
 */
export async function readAsTenant<T>(
  database: TenantDatabase,
  tenantId: TenantId,
  query: (sql: Sql) => PromiseLike<T>,
): Promise<T> {
  const { sql } = database;
  const asTenant = (statement: Statement) => sql`
    with tenant as materialized (select set_config('app.tenant_id', ${tenantId}, true) as id)
    select found.* from tenant cross join lateral (
      select asked.* from (${statement}) asked where tenant.id is not null offset 0) found`;
  const ask = (...given: Parameters<Sql>) => {
    const statement = sql(...given) as unknown as Statement;
    // Inside another statement it is a part, which nobody awaits.
    // oxlint-disable-next-line unicorn/no-thenable -- the driver's own promise, which sends a statement when it is awaited
    if (statement instanceof Promise) statement.then = (...then) => asTenant(statement).then(...then);
    return statement;
  };
  return query(Object.assign(ask, sql) as unknown as Sql);
}
