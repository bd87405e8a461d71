import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown } from '../runtime/shutdown.ts';
import { openPlatformParts } from './platform-parts.ts';
import { startApi } from './start-api.ts';
import { startBillingWorker } from './start-billing-worker.ts';
import { startForwarder } from './start-forwarder.ts';
import { startIdentity } from './start-identity.ts';
import { startPaymentWorker } from './start-payment-worker.ts';
import { startRelay } from './start-relay.ts';

// Every role in one process, sharing its pools: the same parts that the roles have each by themselves.
assertEnvironment();
const config = loadConfig();
const logger = createLogger('all-in-one', { level: config.logLevel });
startMetrics('all-in-one');
installShutdown({ logger });
const parts = openPlatformParts(config, logger);
registerReadyCheck('postgres', () => parts.database.sql`select 1`);
let isStarted = false;
registerReadyCheck('started', async () => {
  if (!isStarted) throw new Error('the roles are starting');
});
// On an address of its own that only this process knows.
const identity = await startIdentity(parts, { host: '127.0.0.1', port: 0 });
const server = await startApi(parts, identity.url);
await Promise.all([startBillingWorker(parts), startPaymentWorker(parts), startRelay(parts), startForwarder(parts)]);
isStarted = true;
logger.info({ url: server.url }, 'all roles ready');
