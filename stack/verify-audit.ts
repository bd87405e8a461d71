import { openDatabase } from '../db/database.ts';
import { createAuditChain } from '../pipelines/audit/audit-chain.ts';
import { type AuditBreak, verifyAudit } from '../pipelines/audit/verify-audit.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { findSealKeys } from './find-seal-keys.ts';
import { readTenantOptions } from './read-tenant-options.ts';

function describe({ tenantId, what, position, id, at }: AuditBreak): string {
  const place = position === null ? '' : ` ${position}`;
  const row = id === null ? '' : ` (${id}${at === null ? '' : `, ${new Date(at).toISOString()}`})`;
  return `${tenantId}: row${place}${row} ${what}`;
}

/** Walks the audit of every tenant and names the first row of each that is not as it was sealed. 1 where there is one. */
async function main(): Promise<number> {
  const options = readTenantOptions('audit:verify');
  const { databaseUrl } = findPlatform();
  const keys = findSealKeys();
  if (keys === null) throw new Error('Configuration: REDCORE_SEAL_KEYS is missing.');
  const owner = openDatabase(databaseUrl, { max: 1, name: 'redcore-audit-verify', readsEverything: true });
  try {
    const { breaks, rows, tenants } = await verifyAudit(owner, createAuditChain(keys), options);
    for (const found of breaks) console.log(describe(found));
    console.log(`${rows} audit rows of ${tenants} chains verified, ${breaks.length} chains broken or late`);
    return breaks.length === 0 ? 0 : 1;
  } finally {
    await owner.end({ timeout: 5 });
  }
}

try {
  assertEnvironment();
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
