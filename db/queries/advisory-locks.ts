import type { Sql, Statement } from '../database.ts';

/** Advisory locks of this database, told apart by their first key; those of a session and of a transaction meet in one space. */
export const lockClasses = {
  /** One per shard of the outbox, held by the relay that leads it. */
  shard: 7_301,
  /** One per relay that is alive. */
  presence: 7_302,
  /** One per thing that one process at a time does. */
  alone: 7_303,
  /** Sealing the audit. */
  sealing: 7_304,
} as const;

/** A host that vanishes without a word must not hold a session's locks for hours: its silence ends the session in 25 s. */
export function endingWithItsHost(sql: Sql): Statement {
  return sql`
    set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false), set_config('client_connection_check_interval', '5000', false)`;
}
