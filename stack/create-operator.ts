import { parseArgs } from 'node:util';
import { openDatabase } from '../db/database.ts';
import { provisionUser } from '../identity/accounts/provision-user.ts';
import { makeOperatorResetLink } from '../identity/accounts/reset-password.ts';
import { loadCommandConfig } from '../runtime/config.ts';
import { endSessions } from './end-sessions.ts';
import { findPlatform } from './find-platform.ts';
import { runOperatorCommand } from './run-operator-command.ts';

const usage = 'Usage: npm run create-operator -- --email <address> [--name <name>]';

function readArguments(): { email: string; name: string } {
  const { values } = parseArgs({ options: { email: { type: 'string' }, name: { type: 'string' } } });
  const { email } = values;
  if (email === undefined || !/^[^\s@]+@[^\s@]+$/.test(email)) throw new Error('Name an e-mail address');
  return { email, name: values.name ?? 'Operator' };
}

/** An operator of the platform, new or raised to it, and a link by which the password is set: once, within the hour. */
async function createOperator({ email, name }: { email: string; name: string }): Promise<void> {
  const { databaseUrl, redisUrl } = findPlatform();
  const { publicUrl } = loadCommandConfig();
  if (publicUrl === undefined) throw new Error('Configuration: REDCORE_PUBLIC_URL is missing.');
  const sql = openDatabase(databaseUrl, { max: 1, name: 'redcore-create-operator' });
  try {
    const wanted = { email, name, passwordHash: null, isOperator: true };
    const { userId, isRaised } = await provisionUser(sql, wanted, async (raised) => {
      if (redisUrl !== undefined)
        await endSessions(redisUrl, raised, `Sessions of ${email} cannot be ended: try again.`);
    });
    if (isRaised) {
      console.log(
        'This account was there already: its password and second factor are void until a new one is set by this link.',
      );
      if (redisUrl === undefined)
        console.log('REDIS_URL is not set: its sessions in tenants go on there, for 12 hours at most.');
    }
    const { url, expiresAt } = await makeOperatorResetLink({ publicUrl }, sql, userId);
    console.log(`OPERATOR_LOGIN=${email}\nPASSWORD_URL=${url}\nEXPIRES_AT=${new Date(expiresAt).toISOString()}`);
  } finally {
    await sql.end();
  }
}

await runOperatorCommand({ usage, readArguments, work: createOperator });
