import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLTagStore } from 'node:sqlite';

export interface SandboxStore {
  sql: SQLTagStore;
  /** Everything is synchronous, so a transaction never interleaves with another request. */
  transaction: <T>(work: () => T) => T;
  /** What another dialect keeps beside it; each statement is harmless to repeat. */
  createTables: (statements: readonly string[]) => void;
  close: () => void;
}

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
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A `kill -9` loses nothing committed: WAL pages belong to the kernel by then. Only a power cut may lose the last moments. */
export function openStore(folder: string): SandboxStore {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'sandbox-provider.sqlite'), { timeout: 5000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec(schema);
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
    close: () => db.close(),
  };
}
