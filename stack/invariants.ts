import { parseArgs } from 'node:util';
import type { Violation } from '../db/queries/invariants.ts';
import type { TenantId } from '../domain/ids.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { findSealKeys } from './find-seal-keys.ts';
import { checkInvariants } from './invariants/check-invariants.ts';
import { logDir } from './paths.ts';

const usage = 'Usage: npm run invariants [-- --tenant ten_… --tolerated-seconds 60]';

function readOptions(): { tenantId: TenantId | undefined; toleratedMs: number } {
  try {
    const { values } = parseArgs({
      options: { tenant: { type: 'string' }, 'tolerated-seconds': { type: 'string', default: '60' } },
    });
    const toleratedMs = Number(values['tolerated-seconds']) * 1_000;
    if (!(toleratedMs >= 0)) throw new Error('tolerated-seconds is no number of seconds');
    return { tenantId: values.tenant as TenantId | undefined, toleratedMs };
  } catch (error) {
    console.error(`${describeError(error)}. ${usage}`);
    process.exit(2);
  }
}

function describe({ invariant, what, row }: Violation): string {
  const columns = Object.entries(row).map(([name, value]) => `${name} ${spell(name, value)}`);
  return `${invariant.padEnd(4)} ${what}\n     ${columns.join(' · ')}`;
}

/** Instants arrive as epoch milliseconds. */
function spell(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('At') && Number.isFinite(value)) return new Date(value).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const spelled: Readonly<Record<string, string>> = {
  redisKeys: 'Redis keys',
  logFiles: 'log files',
  auditRows: 'audit rows',
};

async function main(): Promise<number> {
  const startedAt = performance.now();
  const options = readOptions();
  const platform = findPlatform();
  const { violations, omitted, counts, searched } = await checkInvariants(platform, {
    ...options,
    sealKeys: findSealKeys(),
    logDir,
    onProgress: (line) => console.log(`… ${line}`),
  });
  for (const violation of violations) console.log(describe(violation));
  for (const what of omitted) console.log(`not checked: ${what}`);
  const looked = Object.entries(counts).map(([what, count]) => `${count} ${spelled[what] ?? what}`);
  const read = Object.entries(searched).map(([what, count]) => `${count} ${spelled[what] ?? what}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${violations.length} violations; ${looked.join(', ')} checked, ${read.join(', ')} searched for card numbers in ${seconds} s`,
  );
  return violations.length === 0 ? 0 : 1;
}

try {
  assertEnvironment();
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
