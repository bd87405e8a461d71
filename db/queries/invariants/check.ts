import type { PendingQuery, Row } from 'postgres';
import type { Transaction } from '../../database.ts';

type Fragment = PendingQuery<Row[]>;

export interface CheckScope {
  sql: Transaction;
  /** The tenants looked at, as a condition on the rows of this alias. */
  of: (alias: string) => Fragment;
  /** What should have happened before this instant is late. */
  lateAt: Fragment;
}

/** A statement that returns the rows which break one invariant; none where it holds. */
export interface Check {
  invariant: string;
  what: string;
  rows: (scope: CheckScope) => Fragment;
}
