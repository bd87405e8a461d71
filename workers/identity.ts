import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown } from '../runtime/shutdown.ts';
import { startIdentity } from './start-identity.ts';

assertEnvironment();
const config = loadConfig();
const logger = createLogger('identity', { level: config.logLevel });
startMetrics('identity');
installShutdown({ logger });
const server = await startIdentity({ config, logger }, config);
logger.info({ url: server.url }, 'identity ready');
