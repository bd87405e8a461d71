import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeForeignPidFile } from './postgres.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'redcore-pid-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

it('drops a pid file whose process is somebody else, where that can be seen', () => {
  writeFileSync(join(dir, 'postmaster.pid'), `${process.pid}\n${dir}\n`);
  removeForeignPidFile(dir);
  expect(existsSync(join(dir, 'postmaster.pid'))).toBe(!existsSync('/proc/self/cmdline'));
});

it('leaves the pid file of a process that is gone to PostgreSQL', () => {
  writeFileSync(join(dir, 'postmaster.pid'), `999999999\n${dir}\n`);
  removeForeignPidFile(dir);
  expect(existsSync(join(dir, 'postmaster.pid'))).toBe(true);
});
