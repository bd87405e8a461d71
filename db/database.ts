import postgres from 'postgres';
import type { Instant } from '../domain/instant.ts';
import { invariant } from '../domain/invariant.ts';

const types = {
  bigint: {
    to: 20,
    from: [20],
    serialize: (value: number) => String(value),
    parse: (text: string) => {
      const value = Number(text);
      invariant(Number.isSafeInteger(value), `integer beyond the safe range: ${text}`);
      return value;
    },
  },
  instant: {
    to: 1184,
    from: [1184],
    serialize: (value: Instant | Date | string) => {
      if (value === Number.POSITIVE_INFINITY) return 'infinity';
      return typeof value === 'string' ? value : new Date(value).toISOString();
    },
    parse: (text: string): Instant => (text === 'infinity' ? Number.POSITIVE_INFINITY : Date.parse(text)),
  },
};

export type Sql = postgres.Sql<{ bigint: number; instant: Instant }>;
export type Transaction = postgres.TransactionSql<{ bigint: number; instant: Instant }>;
/** A statement, sent once it is awaited or executed; or a part of another. */
export type Statement = postgres.PendingQuery<postgres.Row[]>;

/**
 * As published, the driver lets a transaction that has lost its connection go on in whatever that connection does next: its writes
 * outside any transaction, its rollback in another's. `stack/patches` ends it with its connection (decision 0039).
 */
function refuseUnpatchedDriver(): void {
  invariant(
    'endsLostTransactions' in postgres,
    'the driver of PostgreSQL is without its patch: run `npx patch-package --patch-dir stack/patches`',
  );
}

export interface DatabaseOptions {
  max: number;
  name: string;
  /** For commands that read whole tables, however long these are: no statement is ended for its length, nor kept from a scan. */
  readsEverything?: boolean;
  /** By default longer than any statement may take, so that whoever says nothing for so long is gone; none where all is read. */
  silenceSecondsMax?: number;
}

/** A pool. Columns arrive in camelCase, timestamptz as epoch milliseconds (Infinity for `infinity`), int8 as safe integers. */
export function openDatabase(url: string, options: DatabaseOptions): Sql {
  refuseUnpatchedDriver();
  return postgres(url, {
    max: options.max,
    types,
    // Column names only: keys inside jsonb are data and stay as they are.
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
    onnotice: () => {},
    connect_timeout: 10,
    keep_alive: 10,
    // Of our patch. A host that vanishes with a statement in hand would otherwise be waited for as long as TCP repeats itself.
    ...{ silence_timeout: options.silenceSecondsMax ?? (options.readsEverything ? null : 45) },
    connection: {
      application_name: options.name,
      TimeZone: 'UTC',
      statement_timeout: 30_000,
      lock_timeout: 20_000,
      // A process that stands still in a transaction keeps its rows from everybody: it loses them before those who wait give up.
      idle_in_transaction_session_timeout: 15_000,
      // Every statement is prepared and finds its rows by key: planning it anew for each value costs more than running it.
      plan_cache_mode: 'force_generic_plan',
      // A plan made while its table is a page long would otherwise read all of it, until the next ANALYZE, however long it grows.
      enable_seqscan: 'off',
      jit: 'off',
      ...(options.readsEverything ? { statement_timeout: 0, enable_seqscan: 'on' } : {}),
    },
  }) as unknown as Sql;
}

/**
 * PostgreSQL's own word for "try again, nothing is wrong with the statement": connection, resources, operator, serialization,
 * standstill, and a table that has changed since the statement was prepared.
 */
export function isInfrastructureError(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as { code?: unknown; routine?: unknown };
  if (typeof code !== 'string') return false;
  if (code === '0A000') return routine === 'RevalidateCachedQuery';
  return (
    /^(08|26000|53|57|40|55P03|25P03)/.test(code) || /^(CONNECT|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(code)
  );
}
