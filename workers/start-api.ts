import { createPdfRenderer } from '../adapters/documents/pdf/pdf-renderer.ts';
import { createAddressOfWorkflow } from '../adapters/engine/temporal/workflow-address.ts';
import { createRedisChangeFeed } from '../adapters/live/redis/redis-change-feed.ts';
import { createApp } from '../api/app.ts';
import { createDenialNotes } from '../api/gateway/note-denial.ts';
import { createLiveStreams } from '../api/live/live-streams.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import { createTenantDirectory } from '../identity/tenant-directory.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openAccess } from './open-access.ts';
import { openAccounts } from './open-accounts.ts';
import { openGate, serverOptionsOf } from './open-gate.ts';
import type { PlatformParts } from './platform-parts.ts';
import { openWebhookDoor } from './webhook-door.ts';

/**
 * REST, reference, health and metrics on the process's port. At shutdown the requests under way are answered first; what they
 * owe to the engine is sent after them, by whoever shares these parts.
 */
export async function startApi(parts: PlatformParts, identityUrl: string): Promise<ApiServer> {
  const { config, context, database, logger, temporal, cache } = parts;
  const tenants = createTenantDirectory({ database, shared: cache });
  const denials = createDenialNotes({ database, logger });
  const feed = createRedisChangeFeed({ url: config.redisUrl, prefix: 'redcore:', logger });
  const live = createLiveStreams({ feed, database, logger });
  const app = createApp({
    context,
    accounts: openAccounts(parts),
    denials,
    system: { sql: parts.system },
    documents: createPdfRenderer(),
    ...openAccess(parts, identityUrl),
    addressOfWorkflow: createAddressOfWorkflow({ url: config.temporalUiUrl, namespace: config.temporalNamespace }),
    gate: openGate(parts, tenants),
    metricsNetworks: config.gateway.metricsNetworks,
    live,
    receiveWebhook: openWebhookDoor(parts),
    identityUrl,
    logger,
  });
  // Commands answer while the engine is away: that is no reason to be taken out of the load balancer.
  registerOptionalCheck('temporal', () => temporal.check());
  registerOptionalCheck('redis', () => cache.check());
  onShutdown('drain', 'denials', () => denials.stop());
  onShutdown('close', 'live changes', () => feed.close());
  const server = await startServer(app, serverOptionsOf(config));
  onShutdown('stop-accepting', 'live streams', () => live.drain());
  onShutdown('stop-accepting', 'api requests', () => server.stopAccepting());
  return server;
}
