import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { slimVisibility } from './slim-visibility.ts';

it('keeps what is searched by, whichever keyword a search attribute was given, and drops the rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redcore-visibility-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'temporal.db');
  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  database.exec('create table executions_visibility (run_id text primary key, a text)');
  for (const name of [
    'default_idx',
    'by_workflow_id',
    'by_keyword_05',
    'by_keyword_10',
    'by_temporal_keyword_01',
    'by_int_01',
  ])
    database.exec(`create index ${name} on executions_visibility (a)`);
  slimVisibility(file);
  slimVisibility(file);
  const left = database
    .prepare("select name from sqlite_master where type = 'index' and sql is not null order by 1")
    .all();
  expect(left.map((row) => row['name'])).toEqual(['by_keyword_05', 'by_keyword_10', 'by_workflow_id', 'default_idx']);
});
