import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/instant.ts';

/** The keys could not be asked for, and none are known: no token can be judged, rightly or wrongly. */
export class KeysAwayError extends Error {
  constructor(cause: unknown) {
    super('the keys that sign access tokens cannot be asked for', { cause });
    this.name = 'KeysAwayError';
  }
}

const fetchTimeoutMs = 2 * SECOND_MS;
/** An unknown key id may be a new key's, or made up: it is asked for at most this often. */
const cooldownMs = 2 * SECOND_MS;
/** Less than a key is published ahead of its use: so nobody meets one here that is not known yet. */
const freshDefaultMs = 5 * MINUTE_MS;
/** While the identity service is away, for this long: no new token is made meanwhile, and none lives longer. */
const staleMaxMs = HOUR_MS;

/** The identity service's public keys as they were asked for last; one look-up at a time, and none waits for a mere renewal. */
export function createKeySet(settings: { url: string; freshMs?: number; now?: () => number }): JWTVerifyGetKey {
  const { freshMs = freshDefaultMs, now = () => performance.now() } = settings;
  let known: { find: ReturnType<typeof createLocalJWKSet>; at: number } | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  async function fetchKeys(): Promise<void> {
    const response = await fetch(settings.url, { signal: AbortSignal.timeout(fetchTimeoutMs), redirect: 'error' });
    if (!response.ok) throw new Error(`the key set answers ${response.status}`);
    known = { find: createLocalJWKSet((await response.json()) as JSONWebKeySet), at: now() };
  }

  function ask(): Promise<void> {
    if (asking !== null) return asking;
    askedAt = now();
    asking = fetchKeys().finally(() => {
      asking = null;
    });
    return asking;
  }

  function isCoolingDown(): boolean {
    return asking === null && now() - askedAt < Math.min(cooldownMs, freshMs);
  }

  async function current() {
    if (known !== null && now() - known.at < staleMaxMs) return known;
    await ask();
    if (known === null) throw new Error('no keys were given');
    return known;
  }

  return async (header, token) => {
    const keys = await current().catch((error: unknown) => {
      throw new KeysAwayError(error);
    });
    // The keys at hand serve until the new ones are there; a failure is tried again at the next token.
    if (now() - keys.at > freshMs && !isCoolingDown()) ask().catch(() => undefined);
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || isCoolingDown()) throw error;
      await ask().catch((cause: unknown) => {
        throw new KeysAwayError(cause);
      });
      return (await current()).find(header, token);
    }
  };
}
