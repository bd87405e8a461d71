import { createRedisShortLivedStore } from '../adapters/short-lived/redis/redis-short-lived-store.ts';
import type { ApiParts } from '../api/parts.ts';
import { createAccessParts } from '../identity/access-parts.ts';
import { createTokenAuthenticator } from '../identity/access-token.ts';
import { createAuthenticator } from '../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../identity/authenticate-api-key.ts';
import { createClientDirectory } from '../identity/client-directory.ts';
import { createKeySet } from '../identity/key-set.ts';
import { createKeyUses } from '../identity/key-uses.ts';
import { createPortalParts } from '../identity/portal-parts.ts';
import { createRoleDirectory } from '../identity/role-directory.ts';
import { sessionsPrefix } from '../identity/sessions/session-store.ts';
import { createRelyingParty } from '../identity/sign-in/relying-party.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';

/** Who comes in, and what changes of keys and roles are made with. */
export function openAccess(
  { config, database, logger, cache: shared }: PlatformParts,
  identityUrl: string,
): Pick<ApiParts, 'authenticate' | 'access' | 'portals'> {
  const { keySecret, publicUrl } = config;
  const roles = createRoleDirectory({ database, shared });
  const uses = createKeyUses({ database, logger });
  onShutdown('drain', 'uses of keys', () => uses.stop());
  const apiKeys = createApiKeyAuthenticator({ sql: database.sql, keySecret, roles, shared, noteUse: uses.note });
  const keys = createKeySet({ url: `${identityUrl}/oauth/jwks` });
  const store = createRedisShortLivedStore({ url: config.redisUrl, prefix: sessionsPrefix, logger });
  onShutdown('close', 'sessions', () => store.close());
  const party = createRelyingParty({ publicUrl, internalUrl: identityUrl, keySecret });
  const portals = createPortalParts({ store, database, roles, party, publicUrl });
  const clients = createClientDirectory({ database, shared });
  const accessTokens = createTokenAuthenticator({ publicUrl, keys, clients, roles, places: portals.places });
  return {
    authenticate: createAuthenticator({ apiKeys, accessTokens, sessions: portals.authenticate }),
    access: createAccessParts({ keySecret, shared }),
    portals,
  };
}
