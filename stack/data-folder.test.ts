import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimDataFolder, releaseDataFolder, resetDataFolder } from './data-folder.ts';

let folder: string;
let other: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-data-'));
  chmodSync(folder, 0o711);
  other = spawn('sleep', ['60']);
});

afterEach(() => {
  other.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function pretendRunning(pid: number | undefined): void {
  writeFileSync(join(folder, 'running.json'), JSON.stringify({ pid }));
}

it('refuses a folder on which another stack runs, and takes it once that one is gone', async () => {
  await claimDataFolder(folder);
  pretendRunning(other.pid);
  await expect(claimDataFolder(folder)).rejects.toThrow(`RedCore already runs on ${folder} (process ${other.pid})`);
  await expect(resetDataFolder(folder)).rejects.toThrow('already runs');
  const ended = new Promise((resolve) => other.once('exit', resolve));
  other.kill('SIGKILL');
  await ended;
  await claimDataFolder(folder);
  releaseDataFolder(folder);
});

it('begins anew only where a stack kept its data', async () => {
  const precious = join(folder, 'thesis.txt');
  writeFileSync(precious, 'years of work');
  await expect(resetDataFolder(folder)).rejects.toThrow("holds something that is not RedCore's data");
  expect(existsSync(precious)).toBe(true);
  rmSync(precious);
  await claimDataFolder(folder);
  releaseDataFolder(folder);
  await resetDataFolder(folder);
  expect(existsSync(folder)).toBe(false);
});
