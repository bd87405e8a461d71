import { Kafka, logLevel } from 'kafkajs';
import type { Logger } from '../../../runtime/logger.ts';

export interface KafkaSettings {
  brokers: readonly string[];
  clientId: string;
  logger: Logger;
  /** Per topic, for topics that do not exist or have fewer; a key's order does not survive raising it. */
  partitionsMin?: number;
  /** How long a publish may take in all. */
  publishTimeoutMs?: number;
}

/**
 * A producer's own second try leaves out what a partition's old leader refused, where the new one has answered in the first, and says
 * that all is sent. Whoever publishes begins anew, with all of it.
 */
export const producerRetry = { retries: 0 };

/** Requests give up early and few times: whoever publishes or consumes repeats them with a delay of its own. */
export function connectKafka(settings: KafkaSettings): Kafka {
  return new Kafka({
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: 3_000,
    requestTimeout: 5_000,
    retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.ERROR,
    // The library calls an error what its own retries mend; what matters is reported by who asked.
    logCreator:
      () =>
      ({ namespace, log }) => {
        const { message, timestamp: _, stack: __, ...details } = log;
        settings.logger.debug({ namespace, details }, `kafka: ${message}`);
      },
  });
}
