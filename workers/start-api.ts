import { createRedisCache } from '../adapters/cache/redis/redis-cache.ts';
import { createPdfRenderer } from '../adapters/documents/pdf/pdf-renderer.ts';
import { createRedisShortLivedStore } from '../adapters/short-lived/redis/redis-short-lived-store.ts';
import { createApp } from '../api/app.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import { createAuthenticator } from '../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../identity/authenticate-api-key.ts';
import { builtInRolesOnly } from '../identity/built-in-roles.ts';
import { createPortalParts } from '../identity/portal-parts.ts';
import { createRelyingParty } from '../identity/sign-in/relying-party.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';
import { openWebhookDoor } from './webhook-door.ts';

/**
 * REST, reference, health and metrics on the process's port. At shutdown the requests under way are answered first; what they
 * owe to the engine is sent after them, by whoever shares these parts.
 */
export async function startApi(parts: PlatformParts): Promise<ApiServer> {
  const { config, context, database, logger, temporal } = parts;
  const cache = createRedisCache({ url: config.redisUrl, prefix: 'redcore:', logger });
  const store = createRedisShortLivedStore({ url: config.redisUrl, prefix: 'redcore:', logger });
  const { publicUrl, keySecret } = config;
  const internalUrl = config.identityUrl ?? `http://127.0.0.1:${config.port}`;
  const portals = createPortalParts({
    ...{ store, database, publicUrl, roles: builtInRolesOnly },
    party: createRelyingParty({ publicUrl, internalUrl, keySecret }),
  });
  const app = createApp({
    context,
    documents: createPdfRenderer(),
    authenticate: createAuthenticator({
      apiKeys: createApiKeyAuthenticator({ sql: database.sql, keySecret, shared: cache }),
      sessions: portals.authenticate,
    }),
    portals,
    receiveWebhook: openWebhookDoor(parts),
    logger,
  });
  // Commands answer while the engine is away: that is no reason to be taken out of the load balancer.
  registerOptionalCheck('temporal', () => temporal.check());
  registerOptionalCheck('redis', () => cache.check());
  onShutdown('close', 'cache', () => cache.close());
  onShutdown('close', 'short-lived store', () => store.close());
  const server = await startServer(app, config);
  onShutdown('stop-accepting', 'api requests', () => server.stopAccepting());
  return server;
}
