import { randomUUID } from 'node:crypto';
import { createKafkaEventBus } from '../../adapters/events/kafka/kafka-event-bus.ts';
import type { Envelope } from '../../contracts/events/envelope.ts';
import { topics } from '../../contracts/events/index.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createLogger } from '../../runtime/logger.ts';

export interface CollectedEvents {
  /** Every delivery of the tenant's events in the order of its topic, repetitions included. */
  deliveries: Envelope[];
  /** What a consumer that deduplicates by event id has seen: each event once, at its first delivery. */
  distinct(): Envelope[];
  stop(): Promise<void>;
}

/** An integrator's consumer: a group of its own, from the beginning of every topic. */
export async function collectEvents(brokers: readonly string[], tenantId: TenantId): Promise<CollectedEvents> {
  const logger = createLogger('collect-events', { level: 'silent' });
  const bus = createKafkaEventBus({ brokers, clientId: 'collect-events', logger });
  const names = topics.map(({ name }) => name);
  await bus.ensureTopics(names);
  const deliveries: Envelope[] = [];
  await bus.consume({
    group: `collect-${randomUUID()}`,
    topics: names,
    async handle({ value }) {
      const envelope = JSON.parse(value) as Envelope;
      if (envelope.tenant_id === tenantId) deliveries.push(envelope);
    },
    classify: () => 'poison',
    triesMax: 1,
    retryDelayMs: 1,
    tryTimeoutMs: 10_000,
    concurrency: 1,
  });
  return {
    deliveries,
    distinct: () => [...new Map(deliveries.toReversed().map((event) => [event.id, event])).values()].toReversed(),
    stop: () => bus.close(),
  };
}
