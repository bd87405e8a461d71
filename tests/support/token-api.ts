import type { Hono } from 'hono';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { createApp } from '../../api/app.ts';
import { createDenialNotes, type DenialNotes } from '../../api/gateway/note-denial.ts';
import type { Sql } from '../../db/database.ts';
import { createTokenAuthenticator } from '../../identity/access-token.ts';
import { createAuthenticator } from '../../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../../identity/authenticate-api-key.ts';
import { createClientDirectory } from '../../identity/client-directory.ts';
import { createKeySet } from '../../identity/key-set.ts';
import { createPortalParts, type PortalParts } from '../../identity/portal-parts.ts';
import { createRoleDirectory } from '../../identity/role-directory.ts';
import { createRelyingParty } from '../../identity/sign-in/relying-party.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { OwnDatabase } from './own-database.ts';
import { makeTestApiParts } from './test-api-parts.ts';
import { testKeySecret } from './test-keys.ts';

export interface TokenApiParts {
  publicUrl: string;
  identityUrl: string;
  logger: Logger;
  /** As the identity service. */
  sql: Sql;
  store: ShortLivedStore;
}

/** The API in front of an identity service, for callers with keys and with access tokens. */
export function makeTokenApi(
  own: OwnDatabase,
  { publicUrl, identityUrl, logger, sql, store }: TokenApiParts,
): { app: Hono; portals: PortalParts; denials: DenialNotes } {
  const database = { sql: own.app };
  const denials = createDenialNotes({ database, logger, intervalMs: 50 });
  const roles = createRoleDirectory({ database });
  const party = createRelyingParty({ publicUrl, internalUrl: identityUrl, keySecret: testKeySecret });
  const portals = createPortalParts({ store, database, roles, party, publicUrl });
  const app = createApp({
    ...makeTestApiParts({ app: own.app, system: own.system, identity: sql }, { logger, publicUrl }),
    authenticate: createAuthenticator({
      apiKeys: createApiKeyAuthenticator({ sql: own.app, keySecret: testKeySecret, roles }),
      accessTokens: createTokenAuthenticator({
        publicUrl,
        // Keys are asked for more often than by default, as tests rotate them faster.
        keys: createKeySet({ url: `${identityUrl}/oauth/jwks`, freshMs: 250 }),
        clients: createClientDirectory({ database }),
        roles,
        places: portals.places,
      }),
      sessions: portals.authenticate,
    }),
    portals,
    denials,
    identityUrl,
  });
  return { app, portals, denials };
}
