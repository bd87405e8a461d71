import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadConfig, type Role } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { startHealthServer } from '../runtime/health-server.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown, onShutdown } from '../runtime/shutdown.ts';
import { openPlatformParts, type PlatformParts } from './platform-parts.ts';

/** A process without a front of its own: `/metrics` and `/health` at its port, and one role behind them. */
export async function runRole(role: Role, start: (parts: PlatformParts) => Promise<void>): Promise<void> {
  assertEnvironment();
  const config = loadConfig();
  const logger = createLogger(role, { level: config.logLevel });
  startMetrics(role);
  installShutdown({ logger });
  let isStarted = false;
  registerReadyCheck('started', async () => {
    if (!isStarted) throw new Error('the role is starting');
  });
  const server = await startHealthServer({ host: config.host, port: config.port });
  onShutdown('last', 'health server', () => server.close());
  const parts = openPlatformParts(config, logger);
  registerReadyCheck('postgres', () => parts.database.sql`select 1`);
  await start(parts);
  isStarted = true;
  logger.info({ url: server.url }, `${role} ready`);
}
