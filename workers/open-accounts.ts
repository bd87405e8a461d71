import { createRedisAttemptLimiter } from '../adapters/limits/attempts/redis-attempt-limiter.ts';
import { createRedisShortLivedStore } from '../adapters/short-lived/redis/redis-short-lived-store.ts';
import { openDatabase } from '../db/database.ts';
import { type Accounts, createAccounts } from '../identity/accounts/accounts.ts';
import { createSessionStore, sessionsPrefix } from '../identity/sessions/session-store.ts';
import type { Config } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import { createSealer } from '../runtime/sealer.ts';
import { onShutdown } from '../runtime/shutdown.ts';

const poolMax = 4;

/** For the login pages, and for what people change of their own over the API: the one thing both do as the identity role. */
export function openAccounts({ config, logger }: { config: Config; logger: Logger }): Accounts {
  const { identityDatabaseUrl, redisUrl, sealKeys, publicUrl } = config;
  if (identityDatabaseUrl === undefined) throw new Error('Configuration: REDCORE_IDENTITY_DATABASE_URL is missing.');
  const sql = openDatabase(identityDatabaseUrl, { max: poolMax, name: `redcore-${config.role}-accounts` });
  const attempts = createRedisAttemptLimiter({ url: redisUrl, prefix: 'redcore:', logger });
  const store = createRedisShortLivedStore({ url: redisUrl, prefix: sessionsPrefix, logger });
  const sessions = createSessionStore({ store });
  onShutdown('close', 'accounts', () => Promise.all([sql.end({ timeout: 5 }), attempts.close(), store.close()]));
  return createAccounts({
    ...{ sql, attempts, sealer: createSealer(sealKeys), publicUrl },
    onCredentialsChanged: (userId) => sessions.endAll({ kind: 'user', userId }),
  });
}
