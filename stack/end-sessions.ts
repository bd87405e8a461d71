import { createRedisShortLivedStore } from '../adapters/short-lived/redis/redis-short-lived-store.ts';
import type { UserId } from '../domain/ids.ts';
import { createSessionStore, sessionsPrefix } from '../identity/sessions/session-store.ts';
import { createLogger } from '../runtime/logger.ts';
import { waitUntil } from './wait-until.ts';

const redisMs = 5_000;

/** Every session of this user, here and now. Throws an error with these words where that cannot be. */
export async function endSessions(url: string, userId: UserId, failure: string): Promise<void> {
  const store = createRedisShortLivedStore({
    ...{ url, prefix: sessionsPrefix },
    logger: createLogger('end-sessions', { level: 'silent' }),
  });
  try {
    await waitUntil({ what: 'Redis', probe: () => store.check(), timeoutMs: redisMs });
    await createSessionStore({ store }).endAll({ kind: 'user', userId });
  } catch (error) {
    throw new Error(failure, { cause: error });
  } finally {
    await store.close();
  }
}
