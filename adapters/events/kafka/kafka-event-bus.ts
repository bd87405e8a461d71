import { type Admin, type Kafka, Partitioners, type Producer } from 'kafkajs';
import { withDeadline } from '../../../runtime/with-deadline.ts';
import { reasonOf, toDeadLetter } from '../dead-letter.ts';
import type { EventBus, OutgoingMessage, RunningConsumer } from '../port.ts';
import { connectKafka, type KafkaSettings, producerRetry } from './connect-kafka.ts';
import { consumeTopics } from './consume-topics.ts';
import { ensureTopics } from './ensure-topics.ts';

/** One request stays below the broker's default limit of 1 MiB for a batch. */
const chunkBytesMax = 800_000;
const checkTimeoutMs = 2_500;

export function createKafkaEventBus(settings: KafkaSettings): EventBus {
  const { logger, partitionsMin = 4, publishTimeoutMs = 10_000 } = settings;
  const kafka = connectKafka(settings);
  const producer = connectOnce(
    kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      retry: producerRetry,
      createPartitioner: Partitioners.DefaultPartitioner,
    }),
  );
  const consumers = new Set<RunningConsumer>();

  async function publish(messages: readonly OutgoingMessage[]): Promise<void> {
    for (const chunk of chunksOf(messages)) {
      await withDeadline(
        producer
          .get()
          .then((connected) => connected.sendBatch({ acks: -1, timeout: 5_000, topicMessages: byTopic(chunk) })),
        publishTimeoutMs,
        'publishing',
      );
    }
  }

  const bus: EventBus = {
    publish,
    ensureTopics: (names) => withAdmin(kafka, (admin) => ensureTopics(admin, names, partitionsMin)),
    deadLetter: (message, failure) => publish([toDeadLetter(message, failure, new Date())]),
    check: () =>
      withDeadline(
        withAdmin(kafka, (admin) => admin.describeCluster().then(() => undefined)),
        checkTimeoutMs,
        'Kafka',
      ),
    async consume(options) {
      const consumer = await consumeTopics(options, {
        kafka,
        logger,
        deadLetter: (message, error) => bus.deadLetter(message, { reason: reasonOf(error), source: options.group }),
      });
      consumers.add(consumer);
      return {
        stop() {
          consumers.delete(consumer);
          return consumer.stop();
        },
      };
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await producer.close();
    },
  };
  return bus;
}

/** Connected at the first use, and again after a connection that failed. */
function connectOnce(producer: Producer) {
  let connected: Promise<Producer> | undefined;
  return {
    get(): Promise<Producer> {
      connected ??= producer.connect().then(
        () => producer,
        (error: unknown) => {
          connected = undefined;
          throw error;
        },
      );
      return connected;
    },
    close: () => producer.disconnect(),
  };
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function* chunksOf(messages: readonly OutgoingMessage[]): Generator<OutgoingMessage[]> {
  let chunk: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.value) + 200;
    if (chunk.length > 0 && bytes + size > chunkBytesMax) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function byTopic(messages: readonly OutgoingMessage[]) {
  return [...Map.groupBy(messages, (message) => message.topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, value, headers }) => ({ key, value, headers })),
  }));
}
