import { createRedisCache } from '../adapters/cache/redis/redis-cache.ts';
import { createPdfRenderer } from '../adapters/documents/pdf/pdf-renderer.ts';
import { createApp } from '../api/app.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openAccess } from './open-access.ts';
import type { PlatformParts } from './platform-parts.ts';
import { openWebhookDoor } from './webhook-door.ts';

/**
 * REST, reference, health and metrics on the process's port. At shutdown the requests under way are answered first; what they
 * owe to the engine is sent after them, by whoever shares these parts.
 */
export async function startApi(parts: PlatformParts, identityUrl: string): Promise<ApiServer> {
  const { config, context, logger, temporal } = parts;
  const cache = createRedisCache({ url: config.redisUrl, prefix: 'redcore:', logger });
  const app = createApp({
    context,
    system: { sql: parts.system },
    documents: createPdfRenderer(),
    ...openAccess(parts, cache, identityUrl),
    receiveWebhook: openWebhookDoor(parts),
    identityUrl,
    logger,
  });
  // Commands answer while the engine is away: that is no reason to be taken out of the load balancer.
  registerOptionalCheck('temporal', () => temporal.check());
  registerOptionalCheck('redis', () => cache.check());
  onShutdown('close', 'cache', () => cache.close());
  const server = await startServer(app, config);
  onShutdown('stop-accepting', 'api requests', () => server.stopAccepting());
  return server;
}
