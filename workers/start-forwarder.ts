import { openDatabase } from '../db/database.ts';
import { runForwarder } from '../pipelines/forwarder/run-forwarder.ts';
import { startCatchUp } from '../pipelines/webhooks/run-catch-up.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openEventBus } from './open-event-bus.ts';
import type { PlatformParts } from './platform-parts.ts';

/** More than there are connections: what most of them wait for is settled together, in one transaction. */
const keysInHandMax = 128;

/** Joins the consumer group, and looks for notifications that were missed; starts also while the broker is away. */
export async function startForwarder(parts: PlatformParts): Promise<void> {
  const { config, context, logger, providers } = parts;
  const bus = openEventBus(parts, 'redcore-forwarder');
  const forwarder = runForwarder({ bus, context, logger, concurrency: keysInHandMax });
  registerOptionalCheck('consumer group', async () => {
    if (!forwarder.isConsuming()) throw new Error('not joined yet');
  });
  onShutdown('stop-accepting', 'forwarder', () => forwarder.stop());
  const leader = openDatabase(config.systemDatabaseUrl, { max: 1, name: 'redcore-catch-up' });
  const names = providers.names().filter((name) => providers.get(name).capabilities.listEvents);
  const catchUp = startCatchUp({ context, providers: names, leader, logger });
  onShutdown('drain', 'catch-up', async () => {
    await catchUp.stop();
    await leader.end({ timeout: 5 });
  });
}
