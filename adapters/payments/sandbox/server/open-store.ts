import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLTagStore } from 'node:sqlite';

export interface SandboxStore {
  sql: SQLTagStore;
  /** Everything is synchronous, so a transaction never interleaves with another request. */
  transaction: <T>(work: () => T) => T;
  /** What another dialect keeps beside it; each statement is harmless to repeat. */
  createTables: (statements: readonly string[]) => void;
  /** Table, column and type of what a store of an earlier release lacks. */
  addColumns: (columns: readonly AddedColumn[]) => void;
  close: () => void;
}

type AddedColumn = readonly [table: string, column: string, type: string];

const schema = `
CREATE TABLE IF NOT EXISTS methods (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, token TEXT NOT NULL, brand TEXT NOT NULL, last4 TEXT NOT NULL,
  exp_month INTEGER NOT NULL, exp_year INTEGER NOT NULL, succeeded_count INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS charges (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, reference TEXT NOT NULL, method_id TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, decline_code TEXT,
  message TEXT NOT NULL, refunded INTEGER NOT NULL DEFAULT 0, decide_at INTEGER, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS charges_by_reference ON charges (account, reference);
CREATE INDEX IF NOT EXISTS charges_by_account ON charges (account);
CREATE INDEX IF NOT EXISTS charges_to_decide ON charges (decide_at) WHERE decide_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS refunds (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, reference TEXT NOT NULL, charge_id TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, status TEXT NOT NULL, failure_code TEXT, message TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refunds_by_reference ON refunds (account, reference);
CREATE TABLE IF NOT EXISTS keys (
  account TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS webhooks (
  id TEXT PRIMARY KEY, body TEXT NOT NULL, attempt_count INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL,
  last_error TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (next_at);
CREATE TABLE IF NOT EXISTS scripts (
  seq INTEGER PRIMARY KEY, account TEXT, token TEXT, method_id TEXT, behave TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS odds (
  operation TEXT NOT NULL, account TEXT NOT NULL, seed INTEGER NOT NULL, shares TEXT NOT NULL, drawn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (operation, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, body TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_account ON events (account, seq);
CREATE INDEX IF NOT EXISTS events_by_age ON events (created_at);
CREATE TABLE IF NOT EXISTS setups (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, reference TEXT NOT NULL, customer TEXT NOT NULL, return_url TEXT NOT NULL,
  status TEXT NOT NULL, method_id TEXT, failure_code TEXT, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS disputes (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, charge_id TEXT NOT NULL, reference TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, reason TEXT NOT NULL, status TEXT NOT NULL, opened_at INTEGER NOT NULL, due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS disputes_by_charge ON disputes (charge_id);
CREATE TABLE IF NOT EXISTS custom_accounts (
  account TEXT PRIMARY KEY, secret TEXT NOT NULL, notify_url TEXT, notify_secret TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A store of an earlier release lacks these; everything that is in it stays. */
const addedColumns: readonly AddedColumn[] = [
  ['scripts', 'operation', "TEXT NOT NULL DEFAULT 'charge'"],
  ['webhooks', 'account', "TEXT NOT NULL DEFAULT ''"],
  ['webhooks', 'copies', 'INTEGER NOT NULL DEFAULT 1'],
  ['webhooks', 'flaw', 'TEXT'],
  ['refunds', 'decide_at', 'INTEGER'],
  ['refunds', 'decide_code', 'TEXT'],
  ['charges', 'subscription', 'TEXT'],
  ['charges', 'return_url', 'TEXT'],
];
const laterIndexes = `
CREATE INDEX IF NOT EXISTS refunds_to_decide ON refunds (decide_at) WHERE decide_at IS NOT NULL;
`;

function addColumns(db: DatabaseSync, columns: readonly AddedColumn[]): void {
  for (const [table, column, type] of columns) {
    const present = db.prepare(`SELECT 1 FROM pragma_table_info('${table}') WHERE name = '${column}'`).get();
    if (present === undefined) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}

/** A `kill -9` loses nothing committed: WAL pages belong to the kernel by then. Only a power cut may lose the last moments. */
export function openStore(folder: string): SandboxStore {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'sandbox-provider.sqlite'), { timeout: 5000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec(schema);
  addColumns(db, addedColumns);
  db.exec(laterIndexes);
  return {
    sql: db.createTagStore(100),
    transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    createTables(statements) {
      for (const statement of statements) db.exec(statement);
    },
    addColumns: (columns) => addColumns(db, columns),
    close: () => db.close(),
  };
}
