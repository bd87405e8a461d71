import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { obtain } from './components/component.ts';
import { ensureCached, runClient } from './fetch-component.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-cache-'));
  vi.stubEnv('REDCORE_CACHE_DIR', folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function fetchThing(fill: (target: string) => Promise<void>, lines: string[] = []): Promise<string> {
  return ensureCached({ key: 'thing-1', announce: 'Fetching thing', fill, onProgress: (line) => lines.push(line) });
}

it('fetches once, however many ask at the same time, and says so', async () => {
  let fetches = 0;
  const lines: string[] = [];
  const fill = async (target: string): Promise<void> => {
    fetches += 1;
    writeFileSync(join(target, 'program'), 'x');
  };
  const paths = await Promise.all([fetchThing(fill, lines), fetchThing(fill, lines), fetchThing(fill, lines)]);
  await fetchThing(fill, lines);
  expect(fetches).toBe(1);
  expect(new Set(paths)).toEqual(new Set([join(folder, 'thing-1')]));
  expect(lines[0]).toBe('Fetching thing …');
  expect(lines).toHaveLength(2);
});

it('leaves nothing of a broken fetch, and the next one succeeds', async () => {
  await expect(
    fetchThing(async (target) => {
      writeFileSync(join(target, 'half'), 'x');
      throw new Error('connection reset');
    }),
  ).rejects.toThrow('connection reset');
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(await fetchThing(() => Promise.resolve()))).toBe(true);
});

it('takes over the lock of a process that died', async () => {
  mkdirSync(join(folder, 'thing-1.lock'));
  writeFileSync(join(folder, 'thing-1.lock', 'pid'), '999999999');
  expect(existsSync(await fetchThing(() => Promise.resolve()))).toBe(true);
});

it('says in one sentence what to install or set', async () => {
  const what = { name: 'kafka', label: 'Apache Kafka', install: 'install Maven and Java 17' } as const;
  await expect(obtain(what, () => runClient('no-such-maven', []))).rejects.toThrow(
    'Apache Kafka could not be fetched (no-such-maven is not installed): install Maven and Java 17, or set REDCORE_EXTERNAL_KAFKA_BROKERS to one that runs already.',
  );
});
