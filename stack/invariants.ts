import type { Violation } from '../db/queries/invariants.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { findSealKeys } from './find-seal-keys.ts';
import { checkInvariants } from './invariants/check-invariants.ts';
import { logDir } from './paths.ts';
import { readTenantOptions } from './read-tenant-options.ts';

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
  const options = readTenantOptions('invariants');
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
