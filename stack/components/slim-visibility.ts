import { DatabaseSync } from 'node:sqlite';

/** What the UI, the operators' searches and the tests look for. Everything else is found by reading the namespace's rows. */
const wanted = ['default_idx', 'by_workflow_id', 'by_workflow_type', 'by_status', 'by_execution_time'];
/** The server chooses itself which of its keywords each search attribute of the namespace gets. */
const ofSearchAttributes = 'by_keyword_';

/**
 * Drops the indexes of the development server's visibility table that nobody asks by: it has 58, and every start, every
 * change of an attribute and every end of a run writes to all of them. Idempotent; the server may be running.
 */
export function slimVisibility(databaseFile: string): void {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 });
  try {
    const indexes = database
      .prepare(
        `select name from sqlite_master where type = 'index' and tbl_name = 'executions_visibility' and sql is not null`,
      )
      .all() as { name: string }[];
    for (const { name } of indexes)
      if (!wanted.includes(name) && !name.startsWith(ofSearchAttributes)) database.exec(`drop index "${name}"`);
  } finally {
    database.close();
  }
}
