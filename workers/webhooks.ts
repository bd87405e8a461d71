import { createWebhookApp } from '../api/app.ts';
import { startServer } from '../api/start-server.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown, onShutdown } from '../runtime/shutdown.ts';
import { openPlatformParts } from './platform-parts.ts';
import { openWebhookDoor } from './webhook-door.ts';

// Verify, store, answer: nothing here waits for a broker, an engine or a cache.
assertEnvironment();
const config = loadConfig();
const logger = createLogger('webhooks', { level: config.logLevel });
startMetrics('webhooks');
installShutdown({ logger });
const parts = openPlatformParts(config, logger);
registerReadyCheck('postgres', () => parts.database.sql`select 1`);
const server = await startServer(createWebhookApp({ receiveWebhook: openWebhookDoor(parts), logger }), config);
onShutdown('stop-accepting', 'notifications', () => server.stopAccepting());
logger.info({ url: server.url }, 'webhooks ready');
