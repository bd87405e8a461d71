import { createKafkaEventBus } from '../adapters/events/kafka/kafka-event-bus.ts';
import type { EventBus } from '../adapters/events/port.ts';
import { registerOptionalCheck } from '../runtime/health.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';

/** Connects when first used. A role goes on without the broker: what it owes waits in PostgreSQL, what it is owed in the broker. */
export function openEventBus({ config, logger }: PlatformParts, clientId: string): EventBus {
  const { kafkaBrokers: brokers, kafkaPartitionsMin: partitionsMin } = config;
  const bus = createKafkaEventBus({ brokers, clientId, partitionsMin, logger });
  registerOptionalCheck('kafka', () => bus.check());
  onShutdown('close', `event bus of ${clientId}`, () => bus.close());
  return bus;
}
