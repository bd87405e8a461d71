import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSecrets, saveSecrets } from './secrets.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-secrets-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

it('keeps secrets readable for nobody else, also after a change', () => {
  const secrets = loadSecrets(folder);
  saveSecrets(folder, { ...secrets, apiKeys: { Demo: 'rc_key' } });
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
});

it('gives the same secrets again at the next start', () => {
  expect(loadSecrets(folder)).toEqual(loadSecrets(folder));
  expect(loadSecrets(folder).apiKeys).toEqual({ Demo: 'rc_key' });
  expect(new Set(Object.values(loadSecrets(folder))).size).toBe(9);
});
