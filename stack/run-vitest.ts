import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir, nodeBinary } from './paths.ts';
import { processWatchdog } from './watchdog.ts';

export type TestProject = 'unit' | 'workflow' | 'int' | 'e2e' | 'faults';

export type TestCount = { passed: number; failed: number };

type Report = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number; success: boolean };

function readReport(file: string): Report | undefined {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

/** Runs one project; a run that ends without a report, or fails outside a test, counts as one failure. */
export async function runVitest(options: {
  project: TestProject;
  env: Record<string, string>;
  reportFile: string;
  args: readonly string[];
}): Promise<TestCount> {
  const { project, env, reportFile, args } = options;
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const vitest = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', project, '--passWithNoTests'];
  const child = spawn(nodeBinary, [...vitest, ...reporting, ...args], {
    cwd: checkoutDir,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      TZ: 'UTC',
      REDCORE_PARENT_PID: String(process.pid),
      // kafkajs waits for negative times, which newer Node versions warn about in every test process.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --disable-warning=TimeoutNegativeWarning`.trim(),
    },
  });
  const { pid } = child;
  if (pid !== undefined) processWatchdog().watch(pid, 'SIGTERM');
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  if (pid !== undefined) processWatchdog().forget(pid);
  const report = readReport(reportFile);
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
