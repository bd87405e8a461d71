import { createWebhookApp } from '../api/app.ts';
import { createClientFinder } from '../api/gateway/client-address.ts';
import { startServer } from '../api/start-server.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown, onShutdown } from '../runtime/shutdown.ts';
import { serverOptionsOf } from './open-gate.ts';
import { openPlatformParts } from './platform-parts.ts';
import { openWebhookDoor } from './webhook-door.ts';

// Verify, store, answer: nothing here waits for a broker or an engine, and for the cache no longer than a blink.
assertEnvironment();
const config = loadConfig();
const logger = createLogger('webhooks', { level: config.logLevel });
startMetrics('webhooks');
installShutdown({ logger });
const parts = openPlatformParts(config, logger);
registerReadyCheck('postgres', () => parts.database.sql`select 1`);
const { trustedProxies, metricsNetworks } = config.gateway;
const findClient = createClientFinder(trustedProxies);
const app = createWebhookApp({ receiveWebhook: openWebhookDoor(parts), findClient, metricsNetworks, logger });
const server = await startServer(app, serverOptionsOf(config));
onShutdown('stop-accepting', 'notifications', () => server.stopAccepting());
logger.info({ url: server.url }, 'webhooks ready');
