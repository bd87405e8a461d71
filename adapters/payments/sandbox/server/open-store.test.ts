import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openStore } from './open-store.ts';

it('opens the store of an earlier release, keeps what is in it, and opens it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-store-'));
  const earlier = new DatabaseSync(join(folder, 'sandbox-provider.sqlite'));
  earlier.exec(`CREATE TABLE scripts (seq INTEGER PRIMARY KEY, account TEXT, token TEXT, method_id TEXT, behave TEXT NOT NULL) STRICT;
    CREATE TABLE webhooks (id TEXT PRIMARY KEY, body TEXT NOT NULL, attempt_count INTEGER NOT NULL DEFAULT 0,
      next_at INTEGER NOT NULL, last_error TEXT) STRICT;
    INSERT INTO scripts (account, behave) VALUES ('ten_1', 'ok');
    INSERT INTO webhooks (id, body, next_at) VALUES ('evt_1', '{}', 0);`);
  earlier.close();
  openStore(folder).close();
  const store = openStore(folder);
  expect(store.sql.get`SELECT operation, account, behave FROM scripts`).toMatchObject({
    ...{ operation: 'charge', account: 'ten_1', behave: 'ok' },
  });
  expect(store.sql.get`SELECT id, account, copies, flaw FROM webhooks`).toMatchObject({
    ...{ id: 'evt_1', account: '', copies: 1, flaw: null },
  });
  store.close();
  await rm(folder, { recursive: true });
});
