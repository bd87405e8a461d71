import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { buildPortals } from './build-portals.ts';
import { type ComponentName, componentNames } from './components/component.ts';
import { describeError } from './describe-error.ts';
import type { LocalStack } from './local-stack.ts';
import { temporaryRoot } from './paths.ts';
import { runVitest, type TestCount, type TestProject } from './run-vitest.ts';
import { startTestStack } from './start-test-stack.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const plans = {
  all: { projects: ['unit', 'workflow', 'int', 'e2e'], components: componentNames },
  unit: { projects: ['unit'], components: [] },
  workflow: { projects: ['workflow'], components: ['postgres'] },
  int: { projects: ['int'], components: componentNames },
  e2e: { projects: ['e2e'], components: componentNames },
  faults: { projects: ['faults'], components: componentNames },
} as const satisfies Record<string, { projects: readonly TestProject[]; components: readonly ComponentName[] }>;

type Kind = keyof typeof plans;

const running: { stack?: LocalStack } = {};

function say(line: string): void {
  console.log(line);
}

async function runPlan(kind: Kind, folder: string, args: readonly string[]): Promise<TestCount> {
  const { projects, components } = plans[kind];
  let env: Record<string, string> = {};
  if (kind === 'all' || kind === 'int' || kind === 'e2e') await buildPortals(say);
  if (components.length > 0) {
    const started = await startTestStack({ folder, components, onProgress: say });
    running.stack = started.stack;
    env = started.env;
  }
  const total = { passed: 0, failed: 0 };
  for (const project of projects) {
    const count = await runVitest({ project, env, reportFile: join(folder, `${project}.json`), args });
    total.passed += count.passed;
    total.failed += count.failed;
  }
  return total;
}

async function main(kind: Kind, args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(temporaryRoot(), 'redcore-test-'));
  // PostgreSQL's OS user has to pass through it.
  chmodSync(folder, 0o711);
  const stopAll = async (): Promise<void> => running.stack?.stop();
  stopOnSignals({ stopAll, say });
  try {
    const { passed, failed } = await runPlan(kind, folder, args);
    await stopAll();
    rmSync(failed === 0 ? folder : join(folder, 'data'), { recursive: true, force: true });
    if (failed > 0) say(`The logs of this run's stack are in ${join(folder, 'logs')}.`);
    say(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    await stopAll();
    throw error;
  }
}

const [kind = 'all', ...args] = process.argv.slice(2);
if (!(kind in plans)) {
  console.error(`Unknown kind of test "${kind}": one of ${Object.keys(plans).join(', ')}.`);
  process.exit(2);
}
try {
  assertEnvironment();
  process.exit(await main(kind as Kind, args));
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
