import { parseArgs } from 'node:util';
import { openDatabase } from '../db/database.ts';
import { machineRoles } from '../domain/access/roles.ts';
import type { TenantId } from '../domain/ids.ts';
import { createTenant, issueApiKey } from '../identity/issue-api-key.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadCommandConfig } from '../runtime/config.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { dataDir } from './paths.ts';
import { loadSecrets } from './secrets.ts';

const roles = machineRoles.join('|');
const usage = `Usage: npm run create-key -- (--tenant ten_… | --new-tenant <name> [--live]) [--role ${roles}] [--owner <who>]`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      tenant: { type: 'string' },
      'new-tenant': { type: 'string' },
      live: { type: 'boolean', default: false },
      role: { type: 'string', default: 'integrator' },
      owner: { type: 'string', default: 'operator' },
    },
  });
  const { tenant, owner, live } = values;
  const role = machineRoles.find((one) => one === values.role);
  const newTenant = values['new-tenant'];
  if ((tenant === undefined) === (newTenant === undefined)) throw new Error('Name a tenant, or a new one');
  if (role === undefined) throw new Error(`A role is one of ${roles}`);
  return { tenant, newTenant, role, owner, mode: live ? ('live' as const) : ('sandbox' as const) };
}

/** An API key bound to one tenant, printed once; with `--new-tenant` the tenant too. */
async function createKey(wanted: ReturnType<typeof readArguments>): Promise<void> {
  const { databaseUrl } = findPlatform();
  const keySecret = loadCommandConfig().keySecret ?? loadSecrets(dataDir()).keySecret;
  const sql = openDatabase(databaseUrl, { max: 1, name: 'redcore-create-key' });
  try {
    const { role, owner, mode } = wanted;
    const tenantId =
      wanted.newTenant === undefined
        ? (wanted.tenant as TenantId)
        : await createTenant(sql, { name: wanted.newTenant, mode });
    const key = await issueApiKey(sql, { tenantId, role, owner, keySecret });
    if (key === null) throw new Error(`There is no tenant ${tenantId}`);
    console.log(`TENANT_ID=${tenantId}\nREDCORE_API_KEY=${key}`);
  } finally {
    await sql.end();
  }
}

let wanted: ReturnType<typeof readArguments>;
try {
  wanted = readArguments();
} catch (error) {
  console.error(`${describeError(error)}. ${usage}`);
  process.exit(2);
}
try {
  assertEnvironment();
  await createKey(wanted);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
