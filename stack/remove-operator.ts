import { parseArgs } from 'node:util';
import { openDatabase } from '../db/database.ts';
import { removeOperator } from '../identity/accounts/remove-operator.ts';
import { endSessions } from './end-sessions.ts';
import { findPlatform } from './find-platform.ts';
import { runOperatorCommand } from './run-operator-command.ts';

const usage = 'Usage: npm run remove-operator -- --email <address> [--close]';

function readArguments(): { email: string; closes: boolean } {
  const { values } = parseArgs({ options: { email: { type: 'string' }, close: { type: 'boolean', default: false } } });
  if (values.email === undefined) throw new Error('Name an e-mail address');
  return { email: values.email, closes: values.close };
}

/**
 * Takes the platform from an operator, and with `--close` the account from its holder. Sessions end here and now; where that cannot
 * be, each of them at its next call.
 */
async function remove(wanted: ReturnType<typeof readArguments>): Promise<void> {
  const { databaseUrl, redisUrl } = findPlatform();
  const sql = openDatabase(databaseUrl, { max: 1, name: 'redcore-remove-operator' });
  try {
    const removed = await removeOperator(sql, wanted);
    if (removed === null) throw new Error(`Nobody has the address ${wanted.email}.`);
    const { userId, tenantCount } = removed;
    console.log(`${wanted.email} (${userId}) is no operator${wanted.closes ? ', and the account is closed' : ''}.`);
    if (!wanted.closes && tenantCount > 0)
      console.log(`The account still opens its places in tenants: ${tenantCount}.`);
    if (redisUrl === undefined) console.log('REDIS_URL is not set: sessions end at their next call.');
    else
      await endSessions(
        redisUrl,
        userId,
        'The right is taken; sessions could not be ended at once and end at their next call.',
      );
  } finally {
    await sql.end();
  }
}

await runOperatorCommand({ usage, readArguments, work: remove });
