import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createKafkaEventBus } from '../../adapters/events/kafka/kafka-event-bus.ts';
import type { EventBus } from '../../adapters/events/port.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type StackComponent, startLocalStack } from '../../stack/local-stack.ts';
import { stackEnv } from './stack-env.ts';

export interface OwnBroker {
  broker: StackComponent;
  bus: EventBus;
  close(): Promise<void>;
}

/** A broker beside the stack's own, for a test that takes it away: nobody else misses it. */
export async function openOwnBroker(): Promise<OwnBroker> {
  const folder = mkdtempSync(join(stackEnv().dataDir, 'kafka-'));
  chmodSync(folder, 0o711);
  const options = { dataDir: join(folder, 'data'), logDir: join(folder, 'logs'), external: false };
  const stack = await startLocalStack({ ...options, only: ['kafka'], onDied: () => undefined });
  const logger = createLogger('test', { level: 'silent' });
  const bus = createKafkaEventBus({ brokers: stack.kafkaBrokers, clientId: 'outage', logger, publishTimeoutMs: 3_000 });
  return {
    broker: stack.component('kafka'),
    bus,
    async close() {
      await bus.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
