import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const checkout = dirname(import.meta.dirname);

interface Fixture {
  file: string;
  text: string;
  /** null: nothing to complain about. */
  rule: string | null;
}

const lintFixtures: Record<string, Fixture> = {
  'a floating promise': {
    file: 'billing/float-promise.ts',
    text: 'async function pay(): Promise<number> {\n  return 1;\n}\nexport function work(): void {\n  pay();\n}\n',
    rule: 'no-floating-promises',
  },
  'a floating promise in a workflow': {
    file: 'workflows/float-sleep.ts',
    text: "import { sleep } from '@temporalio/workflow';\nexport async function work(): Promise<void> {\n  sleep(5);\n}\n",
    rule: 'no-floating-promises',
  },
  'an awaited promise': {
    file: 'workflows/await-sleep.ts',
    text: "import { sleep } from '@temporalio/workflow';\nexport async function work(): Promise<void> {\n  await sleep(5);\n}\n",
    rule: null,
  },
  'an async callback where nobody awaits': {
    file: 'billing/misuse-promise.ts',
    text: 'export function work(): void {\n  [1].forEach(async (n) => {\n    await Promise.resolve(n);\n  });\n}\n',
    rule: 'no-misused-promises',
  },
  'an await of what is no promise': {
    file: 'billing/await-number.ts',
    text: 'export async function work(n: number): Promise<number> {\n  return (await n) + 1;\n}\n',
    rule: 'await-thenable',
  },
  'a union switch that forgets a case': {
    file: 'domain/forget-case.ts',
    text: "export function work(k: 'a' | 'b'): number {\n  switch (k) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    rule: 'switch-exhaustiveness-check',
  },
  'a Node import in a workflow': {
    file: 'workflows/read-file.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const work = () => readFileSync('x');\n",
    rule: 'no-restricted-imports',
  },
  'a Node import without its prefix in a workflow': {
    file: 'workflows/join-path.ts',
    text: "import { join } from 'path';\nexport const work = () => join('x');\n",
    rule: 'no-nodejs-modules',
  },
  'a clock in a workflow': {
    file: 'workflows/read-clock.ts',
    text: 'export const work = () => Date.now();\n',
    rule: 'no-restricted-globals',
  },
  'process in a workflow': {
    file: 'workflows/read-process.ts',
    text: 'export const work = () => process.pid;\n',
    rule: 'no-restricted-globals',
  },
  'a timer of Node in a workflow': {
    file: 'workflows/set-timer.ts',
    text: 'export const work = () => setTimeout(() => undefined, 5);\n',
    rule: 'no-restricted-globals',
  },
  'a clock in the domain': {
    file: 'domain/read-clock.ts',
    text: 'export const work = () => Date.now();\n',
    rule: 'no-restricted-properties',
  },
  'a swallowed error': {
    file: 'billing/swallow-error.ts',
    text: 'export async function work(p: Promise<void>): Promise<void> {\n  try {\n    await p;\n  } catch {}\n}\n',
    rule: 'no-empty',
  },
  'the environment outside config': {
    file: 'api/read-environment.ts',
    text: "export const work = () => process.env['X'];\n",
    rule: 'no-process-env',
  },
  'the environment in config': {
    file: 'runtime/config.ts',
    text: "export const work = () => process.env['X'];\n",
    rule: null,
  },
  any: { file: 'api/any-value.ts', text: 'export const work = (x: any) => x;\n', rule: 'no-explicit-any' },
  'the console in a room': {
    file: 'api/log-line.ts',
    text: "export const work = () => console.log('x');\n",
    rule: 'no-console',
  },
  'a test that runs alone': {
    file: 'domain/focus.test.ts',
    text: "import { expect, it } from 'vitest';\nit.only('holds', () => expect(1).toBe(1));\n",
    rule: 'no-focused-tests',
  },
};

const importFixtures: Record<string, Fixture> = {
  'billing with the database': {
    file: 'billing/use-rows.ts',
    text: "import { rows } from '../db/rows.ts';\nexport const work = rows;\n",
    rule: null,
  },
  'billing with a port as a type': {
    file: 'billing/use-port-type.ts',
    text: "import type { Port } from '../adapters/mail/port.ts';\nexport type Work = Port;\n",
    rule: null,
  },
  'billing with a port as a value': {
    file: 'billing/use-port-value.ts',
    text: "import { portVersion } from '../adapters/mail/port.ts';\nexport const work = portVersion;\n",
    rule: 'values-of-billing',
  },
  'the database with billing': {
    file: 'db/use-billing.ts',
    text: "import { work } from '../billing/use-rows.ts';\nexport const rows = work;\n",
    rule: 'values-of-db',
  },
  'a workflow with an activity as a value': {
    file: 'workflows/use-activity.ts',
    text: "import { work } from '../activities/work.ts';\nexport const run = work;\n",
    rule: 'values-of-workflows',
  },
  'a workflow with an activity as a type': {
    file: 'workflows/use-activity-type.ts',
    text: "import type { work } from '../activities/work.ts';\nexport type Run = typeof work;\n",
    rule: null,
  },
  'the domain with zod': {
    file: 'domain/parse-body.ts',
    text: "import { z } from 'zod';\nexport const work = z;\n",
    rule: 'pure-domain',
  },
  'a route with the cache client': {
    file: 'api/use-cache.ts',
    text: "import { Redis } from 'ioredis';\nexport const work = Redis;\n",
    rule: 'door-of-redis',
  },
  'two files with each other': {
    file: 'contracts/first.ts',
    text: "import { second } from './second.ts';\nexport const first = () => second;\n",
    rule: 'no-cycles',
  },
};

const supports: Record<string, string> = {
  'db/rows.ts': 'export const rows = 1;\n',
  'adapters/mail/port.ts': 'export interface Port {\n  send(): void;\n}\nexport const portVersion = 1;\n',
  'activities/work.ts': 'export const work = 1;\n',
  'contracts/second.ts': "import { first } from './first.ts';\nexport const second = () => first;\n",
};

interface Finding {
  file: string;
  rule: string;
}

let scratch = '';
let lintFindings: Finding[] = [];
let importFindings: Finding[] = [];

function run(script: string, args: string[]): string {
  const result = spawnSync(process.execPath, [join(checkout, 'node_modules', script), ...args], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw result.error;
  return result.stdout;
}

function lint(): Finding[] {
  const report = JSON.parse(run('oxlint/bin/oxlint', ['-f', 'json'])) as {
    diagnostics: { filename: string; code?: string }[];
  };
  return report.diagnostics.map(({ filename, code = '' }) => ({
    file: filename,
    rule: /\(([\w-]+)\)/.exec(code)?.[1] ?? code,
  }));
}

function cruise(): Finding[] {
  const report = JSON.parse(
    run('dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '--no-cache', '--output-type', 'json', '.']),
  ) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return report.summary.violations.map(({ from, rule }) => ({ file: from, rule: rule.name }));
}

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'redcore-guards-'));
  for (const file of ['.oxlintrc.json', '.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(checkout, file), join(scratch, file));
  }
  symlinkSync(join(checkout, 'node_modules'), join(scratch, 'node_modules'));
  const texts = Object.values({ ...lintFixtures, ...importFixtures }).map(({ file, text }) => [file, text] as const);
  for (const [file, text] of [...texts, ...Object.entries(supports)]) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(join(scratch, file), text);
  }
  lintFindings = lint();
  importFindings = cruise();
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function rulesAgainst(findings: Finding[], file: string): string[] {
  return findings.filter((finding) => finding.file === file).map((finding) => finding.rule);
}

describe('the linter', () => {
  for (const [name, { file, rule }] of Object.entries(lintFixtures)) {
    it(`${rule === null ? 'accepts' : 'refuses'} ${name}`, () => {
      const rules = rulesAgainst(lintFindings, file);
      if (rule === null) expect(rules).toEqual([]);
      else expect(rules).toContain(rule);
    });
  }
});

describe('the boundaries', () => {
  for (const [name, { file, rule }] of Object.entries(importFixtures)) {
    it(`${rule === null ? 'accept' : 'refuse'} ${name}`, () => {
      const rules = rulesAgainst(importFindings, file);
      if (rule === null) expect(rules).toEqual([]);
      else expect(rules).toContain(rule);
    });
  }
});
