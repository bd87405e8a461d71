import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type ProcessDeath, type ProcessSpec, SupervisedProcess } from './supervised-process.ts';

let folder: string;
const started: SupervisedProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-process-'));
});

afterEach(() => Promise.all(started.splice(0).map((running) => running.stop())));

afterAll(() => rmSync(folder, { recursive: true }));

function supervise(script: string, onDied: (death: ProcessDeath) => void, change: Partial<ProcessSpec> = {}) {
  const running = new SupervisedProcess(
    {
      name: 'kafka',
      command: '/bin/sh',
      args: ['-c', script],
      logFile: join(folder, `${started.length}-${expect.getState().currentTestName?.slice(0, 20)}.log`),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 300,
      startTimeoutMs: 2_000,
      ready: () => Promise.resolve(),
      ...change,
    },
    onDied,
  );
  started.push(running);
  return running;
}

it('reports by name, cause and log a process that nobody stopped', async () => {
  const deaths: ProcessDeath[] = [];
  const hasSpoken = async () => expect(readFileSync(running.logFile, 'utf8')).toContain('bye');
  const running = supervise('echo "ERROR: disk full"; echo bye; exec sleep 60', (death) => deaths.push(death), {
    ready: hasSpoken,
  });
  await running.start();
  const pid = running.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await running.exited;
  expect(deaths).toEqual([{ name: 'kafka', cause: 'SIGKILL', reason: 'ERROR: disk full', logFile: running.logFile }]);
  expect(running.pid).toBeUndefined();
});

it('does not report what was stopped or killed on purpose, and starts it again as a new process', async () => {
  const deaths: ProcessDeath[] = [];
  const running = supervise('exec sleep 60', (death) => deaths.push(death));
  await running.start();
  const first = running.pid;
  running.kill('SIGKILL');
  await running.exited;
  await running.restart();
  expect(running.pid).not.toBe(first);
  await running.stop();
  expect(deaths).toEqual([]);
});

it('says why a process ended before it was ready', async () => {
  const running = supervise('echo "fatal: address already in use"; exit 3', () => undefined, {
    ready: () => Promise.reject(new Error('refused')),
  });
  await expect(running.start()).rejects.toThrow(
    /^kafka ended while starting \(exit code 3\): fatal: address already in use \(log .*\)$/,
  );
});

it('says that a program is missing', async () => {
  const running = supervise('', () => undefined, {
    command: '/nowhere/java',
    ready: () => Promise.reject(new Error('refused')),
  });
  await expect(running.start()).rejects.toThrow(/kafka ended while starting \(.*ENOENT/);
});

it('stops one that takes no signal', async () => {
  const armed = join(folder, 'armed');
  const running = supervise(`trap '' TERM; : > "${armed}"; while :; do sleep 0.1; done`, () => undefined, {
    ready: () => access(armed),
  });
  await running.start();
  running.kill('SIGSTOP');
  await running.stop();
  expect(running.pid).toBeUndefined();
});
