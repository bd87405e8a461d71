import type { Sandbox } from '../server/sandbox.ts';

export type ObjectKind =
  | 'customer'
  | 'payment_method'
  | 'payment_intent'
  | 'refund'
  | 'setup_intent'
  | 'session'
  | 'dispute'
  | 'endpoint';

/** What Stripe knows beyond the store's charges and methods; each body is the object as it is shown, or what it is made from. */
export function prepareStripeStore({ sql, addColumns }: Sandbox): void {
  sql.run`CREATE TABLE IF NOT EXISTS stripe_objects (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT`;
  sql.run`CREATE INDEX IF NOT EXISTS stripe_objects_by_account ON stripe_objects (account, kind)`;
  sql.run`CREATE TABLE IF NOT EXISTS stripe_events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL
  ) STRICT`;
  sql.run`CREATE INDEX IF NOT EXISTS stripe_events_by_account ON stripe_events (account)`;
  sql.run`CREATE TABLE IF NOT EXISTS stripe_deliveries (
    seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL, endpoint_id TEXT,
    attempt_count INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL, last_error TEXT
  ) STRICT`;
  addColumns([
    ['stripe_deliveries', 'copies', 'INTEGER NOT NULL DEFAULT 1'],
    ['stripe_deliveries', 'flaw', 'TEXT'],
  ]);
  sql.run`CREATE TABLE IF NOT EXISTS stripe_pending_refunds (
    id TEXT PRIMARY KEY, account TEXT NOT NULL, decide_at INTEGER NOT NULL, fails INTEGER NOT NULL
  ) STRICT`;
  sql.run`CREATE INDEX IF NOT EXISTS stripe_deliveries_flawed ON stripe_deliveries (flaw) WHERE flaw IS NOT NULL`;
  sql.run`CREATE INDEX IF NOT EXISTS stripe_deliveries_due ON stripe_deliveries (next_at)`;
}

export interface ObjectRef {
  account: string;
  kind: ObjectKind;
  id: string;
}

export function insertObject(sandbox: Sandbox, { account, kind, id }: ObjectRef, body: object): void {
  sandbox.sql.run`INSERT INTO stripe_objects (id, account, kind, body, created_at)
    VALUES (${id}, ${account}, ${kind}, ${JSON.stringify(body)}, ${sandbox.now()})`;
}

export function updateObject(sandbox: Sandbox, { account, kind, id }: ObjectRef, body: object): void {
  sandbox.sql.run`UPDATE stripe_objects SET body = ${JSON.stringify(body)}
    WHERE id = ${id} AND account = ${account} AND kind = ${kind}`;
}

export function deleteObject(sandbox: Sandbox, { account, kind, id }: ObjectRef): void {
  sandbox.sql.run`DELETE FROM stripe_objects WHERE id = ${id} AND account = ${account} AND kind = ${kind}`;
}

export function findObject<T>(sandbox: Sandbox, { account, kind, id }: ObjectRef): T | undefined {
  const row = sandbox.sql
    .get`SELECT body FROM stripe_objects WHERE id = ${id} AND account = ${account} AND kind = ${kind}`;
  return row === undefined ? undefined : (JSON.parse(String(row.body)) as T);
}

/** Newest first. */
export function objectsOf<T>(sandbox: Sandbox, account: string, kind: ObjectKind): T[] {
  const rows = sandbox.sql
    .all`SELECT body FROM stripe_objects WHERE account = ${account} AND kind = ${kind} ORDER BY seq DESC`;
  return rows.map((row) => JSON.parse(String(row.body)) as T);
}

/** Pages people visit know no account: their ids are secrets of their own. */
export function accountOfObject(sandbox: Sandbox, kind: ObjectKind, id: string): string | undefined {
  const row = sandbox.sql.get`SELECT account FROM stripe_objects WHERE id = ${id} AND kind = ${kind}`;
  return row === undefined ? undefined : String(row.account);
}
