import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Check {
  name: string;
  /** A script of Node and its arguments, relative to the checkout. */
  command: string[];
}

interface Outcome {
  check: Check;
  passed: boolean;
  output: string;
  elapsedMs: number;
}

function bin(packageFile: string): string {
  return join('node_modules', packageFile);
}

/** Longest first, so that the two lanes end together. */
function listChecks(): Check[] {
  const generate = join('stack', 'generate.ts');
  // Files share what they import, which halves their CPU; `npm test` runs each of them in a process of its own.
  const vitest = [bin('vitest/vitest.mjs'), 'run', '--project', 'unit'];
  const checks: Check[] = [
    {
      name: 'unit tests',
      command: [...vitest, '--reporter', 'dot', '--maxWorkers', '2', '--no-isolate'],
    },
    { name: 'lint', command: [bin('oxlint/bin/oxlint')] },
    { name: 'types', command: [bin('typescript-7/bin/tsc'), '--noEmit', '-p', '.'] },
    {
      name: 'boundaries',
      command: [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', '.'],
    },
    { name: 'dead code', command: [bin('knip/bin/knip.js'), '--no-progress'] },
    { name: 'portal types', command: [bin('typescript-7/bin/tsc'), '--noEmit', '-p', 'portals'] },
    { name: 'format', command: [bin('@biomejs/biome/bin/biome'), 'check', '--max-diagnostics=50', '.'] },
  ];
  if (existsSync(join(root, generate))) checks.push({ name: 'generated files', command: [generate, '--check'] });
  return checks;
}

function run(check: Check): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, check.command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TZ: 'UTC', NO_COLOR: '1' },
    });
    const chunks: Buffer[] = [];
    const settle = (passed: boolean, last = '') =>
      resolve({
        check,
        passed,
        output: Buffer.concat(chunks).toString() + last,
        elapsedMs: performance.now() - startedAt,
      });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => settle(false, error.message));
    child.on('close', (code, signal) => settle(code === 0, signal === null ? '' : `ended by ${signal}\n`));
  });
}

function report({ check, passed, output, elapsedMs }: Outcome): void {
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(16)} ${(elapsedMs / 1000).toFixed(1).padStart(5)} s`);
  if (!passed) console.log(`${output.trimEnd()}\n`);
}

async function runLane(queue: Check[], outcomes: Outcome[]): Promise<void> {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    const outcome = await run(check);
    report(outcome);
    outcomes.push(outcome);
  }
}

const startedAt = performance.now();
const queue = listChecks();
const outcomes: Outcome[] = [];
await Promise.all([runLane(queue, outcomes), runLane(queue, outcomes)]);

const failed = outcomes.filter((outcome) => !outcome.passed).map((outcome) => outcome.check.name);
const elapsed = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `check: all ${outcomes.length} hold, ${elapsed} s`
    : `check: ${failed.join(', ')} failed, ${elapsed} s`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
