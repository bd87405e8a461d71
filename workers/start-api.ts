import { createRedisCache } from '../adapters/cache/redis/redis-cache.ts';
import { createPdfRenderer } from '../adapters/documents/pdf/pdf-renderer.ts';
import { createApp } from '../api/app.ts';
import type { IncomingWebhook } from '../api/parts.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import type { Answer } from '../contracts/answer.ts';
import { createApiKeyAuthenticator } from '../identity/authenticate-api-key.ts';
import { receiveWebhook } from '../pipelines/receive-webhook.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';

/**
 * REST, reference, health and metrics on the process's port. At shutdown the requests under way are answered first; what they
 * owe to the engine is sent after them, by whoever shares these parts.
 */
export async function startApi(parts: PlatformParts): Promise<ApiServer> {
  const { config, context, database, logger, temporal } = parts;
  const cache = createRedisCache({ url: config.redisUrl, prefix: 'redcore:', logger });
  const app = createApp({
    context,
    documents: createPdfRenderer(),
    authenticate: createApiKeyAuthenticator({ sql: database.sql, keySecret: config.keySecret, shared: cache }),
    receiveWebhook: (webhook) => receiveFrom(parts, webhook),
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

/** Null: no endpoint of that provider is configured here. */
async function receiveFrom(parts: PlatformParts, webhook: IncomingWebhook): Promise<Answer | null> {
  const { config, database, providers } = parts;
  const { provider: name, headers, rawBody } = webhook;
  if (name !== 'sandbox') return null;
  const secret = config.sandboxWebhookSecret;
  return receiveWebhook({ database, provider: providers.get(name), headers, rawBody, secret, now: new Date() });
}
