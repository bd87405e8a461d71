import { createRedisCache } from '../adapters/cache/redis/redis-cache.ts';
import { createTemporalEngine } from '../adapters/engine/temporal/temporal-engine.ts';
import { createProviderRegistry } from '../adapters/payments/registry.ts';
import { createSandboxProvider } from '../adapters/payments/sandbox/sandbox-provider.ts';
import { openDatabase } from '../db/database.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig } from '../runtime/config.ts';
import { registerOptionalCheck, registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown, onShutdown } from '../runtime/shutdown.ts';
import { connectTemporalLazily } from '../runtime/temporal-connection.ts';
import { startApi } from './start-api.ts';

assertEnvironment();
const config = loadConfig();
const logger = createLogger('api', { level: config.logLevel });
startMetrics('api');

const sql = openDatabase(config.appDatabaseUrl, { max: config.databasePoolMax, name: 'redcore-api' });
const temporal = connectTemporalLazily({ address: config.temporalAddress, namespace: config.temporalNamespace });
const cache = createRedisCache({ url: config.redisUrl, prefix: 'redcore:', logger });
const sandbox = createSandboxProvider({ baseUrl: config.sandboxProviderUrl });

registerReadyCheck('postgresql', () => sql`select 1`);
registerReadyCheck('temporal', temporal.check);
registerOptionalCheck('redis', cache.check);

const server = await startApi({
  host: config.host,
  port: config.port,
  database: { sql },
  engine: createTemporalEngine({ client: temporal.client, taskQueue: 'billing' }),
  providers: createProviderRegistry([sandbox]),
  cache,
  keySecret: config.keySecret,
  webhookSecrets: { sandbox: config.sandboxWebhookSecret },
  logger,
});

onShutdown('close', 'database', () => sql.end({ timeout: 5 }));
onShutdown('close', 'temporal', temporal.close);
onShutdown('close', 'cache', cache.close);
onShutdown('close', 'sandbox provider', sandbox.close);
installShutdown({ logger });
logger.info({ url: server.url, port: server.port }, 'api ready');
