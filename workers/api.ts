import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown } from '../runtime/shutdown.ts';
import { openPlatformParts } from './platform-parts.ts';
import { startApi } from './start-api.ts';

assertEnvironment();
const config = loadConfig();
const logger = createLogger('api', { level: config.logLevel });
startMetrics('api');
installShutdown({ logger });
const parts = openPlatformParts(config, logger);
registerReadyCheck('postgres', () => parts.database.sql`select 1`);
if (config.identityUrl === undefined) throw new Error('Configuration: REDCORE_IDENTITY_URL is missing.');
const server = await startApi(parts, config.identityUrl);
logger.info({ url: server.url }, 'api ready');
