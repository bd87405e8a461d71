import type { Cache } from '../adapters/cache/port.ts';
import type { SubscriptionEngine } from '../adapters/engine/port.ts';
import type { ProviderRegistry } from '../adapters/payments/registry.ts';
import { createApp } from '../api/app.ts';
import type { IncomingWebhook } from '../api/parts.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import { createApiKeyAuthenticator } from '../identity/authenticate-api-key.ts';
import { receiveWebhook } from '../pipelines/receive-webhook.ts';
import { createIntentSender } from '../pipelines/send-intents.ts';
import type { Logger } from '../runtime/logger.ts';
import { onShutdown } from '../runtime/shutdown.ts';

const intentsInFlight = 16;
const intentDrainMs = 5_000;

/** What the API shares with whatever else runs in its process. */
export interface ApiProcessParts {
  host: string;
  port: number;
  database: TenantDatabase;
  engine: SubscriptionEngine;
  providers: ProviderRegistry;
  cache: Cache;
  keySecret: string;
  /** By provider; one without a secret has no webhook endpoint. */
  webhookSecrets: Readonly<Record<string, string>>;
  logger: Logger;
}

/**
 * Serves until shutdown: requests under way are answered first, then what they owe to the engine is sent. What does not get
 * out in time stays in its row for the relay.
 */
export async function startApi(parts: ApiProcessParts): Promise<ApiServer> {
  const { database, engine, providers, cache, keySecret, logger } = parts;
  const intents = createIntentSender({ database, engine, concurrency: intentsInFlight });
  const app = createApp({
    context: { database, provider: providers.get, sendIntents: intents.sendIntents },
    authenticate: createApiKeyAuthenticator({ sql: database.sql, keySecret, shared: cache }),
    receiveWebhook: async (webhook) => receiveFrom(parts, webhook),
    logger,
  });
  const server = await startServer(app, parts);
  onShutdown('stop-accepting', 'api requests', server.stopAccepting);
  onShutdown('drain', 'api intents', () => intents.drain(intentDrainMs));
  return server;
}

async function receiveFrom(parts: ApiProcessParts, { provider: name, headers, rawBody }: IncomingWebhook) {
  const secret = Object.hasOwn(parts.webhookSecrets, name) ? parts.webhookSecrets[name] : undefined;
  if (secret === undefined) return null;
  const provider = parts.providers.get(name);
  return receiveWebhook({ database: parts.database, provider, headers, rawBody, secret, now: new Date() });
}
