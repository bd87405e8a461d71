import { runForwarder } from '../pipelines/forwarder/run-forwarder.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openEventBus } from './open-event-bus.ts';
import type { PlatformParts } from './platform-parts.ts';

/** Joins the consumer group; starts also while the broker is away. */
export async function startForwarder(parts: PlatformParts): Promise<void> {
  const { config, context, logger } = parts;
  const bus = openEventBus(parts, 'redcore-forwarder');
  const forwarder = runForwarder({ bus, context, logger, concurrency: config.databasePoolMax });
  registerOptionalCheck('consumer group', async () => {
    if (!forwarder.isConsuming()) throw new Error('not joined yet');
  });
  onShutdown('stop-accepting', 'forwarder', () => forwarder.stop());
}
