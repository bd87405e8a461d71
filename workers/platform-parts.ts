import type { Cache } from '../adapters/cache/port.ts';
import { createRedisCache } from '../adapters/cache/redis/redis-cache.ts';
import { createTemporalEngine } from '../adapters/engine/temporal/temporal-engine.ts';
import { createRedisRateLimiter } from '../adapters/limits/redis/redis-rate-limiter.ts';
import type { ProviderRegistry } from '../adapters/payments/registry.ts';
import { createProviderGates } from '../billing/attempts/provider-gates.ts';
import type { BillingContext } from '../billing/context.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { createIntentSender } from '../pipelines/send-intents.ts';
import type { Config } from '../runtime/config.ts';
import type { Logger } from '../runtime/logger.ts';
import { createSealer } from '../runtime/sealer.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { connectTemporalLazily, type TemporalConnection } from '../runtime/temporal-connection.ts';
import { openProviders } from './open-providers.ts';
import { limitsOfProvider } from './provider-limits.ts';

/** What the roles of one process share. Nothing is connected until it is used. */
export interface PlatformParts {
  config: Config;
  logger: Logger;
  /** As the app role: every transaction belongs to one tenant. */
  database: { sql: Sql };
  /** As the system role: dates and ids across tenants. */
  system: Sql;
  providers: ProviderRegistry;
  /** Copies of facts; right answers do not need it. */
  cache: Cache;
  temporal: TemporalConnection;
  engine: ReturnType<typeof createTemporalEngine>;
  context: BillingContext;
}

export const billingTaskQueue = 'billing';

const systemPoolMax = 4;
const intentsInFlightMax = 32;
const intentsDrainMs = 5_000;

export function openPlatformParts(config: Config, logger: Logger): PlatformParts {
  const name = `redcore-${config.role}`;
  const database = { sql: openDatabase(config.appDatabaseUrl, { max: config.databasePoolMax, name }) };
  const system = openDatabase(config.systemDatabaseUrl, { max: systemPoolMax, name: `${name}-system` });
  const sealer = createSealer(config.sealKeys);
  const { registry: providers, close: closeProviders } = openProviders({ config, database, sealer });
  const temporal = connectTemporalLazily({ address: config.temporalAddress, namespace: config.temporalNamespace });
  const engine = createTemporalEngine({ client: temporal.client, taskQueue: billingTaskQueue });
  const cache = createRedisCache({ url: config.redisUrl, prefix: 'redcore:', logger });
  const rates = createRedisRateLimiter({ url: config.redisUrl, prefix: 'redcore:', logger });
  const gates = createProviderGates({ limitsOf: (provider) => limitsOfProvider(provider, config), rates });
  const intents = createIntentSender({ database, system, engine, concurrency: intentsInFlightMax });
  onShutdown('drain', 'intents', () => intents.drain(intentsDrainMs));
  onShutdown('close', 'cache', () => cache.close());
  onShutdown('close', 'rates', () => rates.close());
  onShutdown('close', 'providers', () => closeProviders());
  onShutdown('close', 'Temporal', () => temporal.close());
  onShutdown('close', 'PostgreSQL', () => Promise.all([database.sql.end({ timeout: 5 }), system.end({ timeout: 5 })]));
  const context: BillingContext = {
    database,
    provider: (wanted) => providers.get(wanted),
    gates,
    sealer,
    publicUrl: config.publicUrl,
    allowsLocalProviders: config.allowsLocalProviders,
    sendIntents: (owed) => intents.sendIntents(owed),
  };
  return { config, logger, database, system, providers, cache, temporal, engine, context };
}
