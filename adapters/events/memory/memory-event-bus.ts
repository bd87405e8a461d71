import { reasonOf, toDeadLetter } from '../dead-letter.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import type { ConsumerOptions, EventBus, OutgoingMessage, ReceivedMessage } from '../port.ts';

export interface MemoryEventBus extends EventBus {
  /** What a topic holds, oldest first. */
  messagesOf(topic: string): readonly ReceivedMessage[];
  /** While set, publishing and checking reject with it, as with a broker that is away. */
  failure: Error | null;
  /** Called after messages are stored and before the publisher learns of it. */
  onStored: (messages: readonly OutgoingMessage[]) => void;
}

type Log = ReceivedMessage[];

interface PullingConsumer {
  pull(): void;
  stop(): Promise<void>;
}

/** The exchange within one process, for tests: topics of one partition, groups with a committed position each. */
export function createMemoryEventBus(): MemoryEventBus {
  const topics = new Map<string, Log>();
  const positions = new Map<string, number>();
  const consumers = new Set<PullingConsumer>();

  function logOf(topic: string): Log {
    const log = topics.get(topic);
    if (log === undefined) throw new Error(`unknown topic ${topic}`);
    return log;
  }

  const bus: MemoryEventBus = {
    failure: null,
    onStored: () => undefined,
    messagesOf: (topic) => topics.get(topic) ?? [],
    async ensureTopics(names) {
      if (bus.failure) throw bus.failure;
      for (const name of names.flatMap((topic) => [topic, `${topic}.dlt`])) {
        if (!topics.has(name)) topics.set(name, []);
      }
    },
    async publish(messages) {
      if (bus.failure) throw bus.failure;
      for (const { topic } of messages) logOf(topic);
      for (const message of messages) {
        const log = logOf(message.topic);
        log.push({ ...message, headers: message.headers ?? {}, partition: 0, offset: String(log.length) });
      }
      bus.onStored(messages);
      for (const consumer of consumers) consumer.pull();
    },
    deadLetter: (message, failure) => bus.publish([toDeadLetter(message, failure, new Date())]),
    async consume(options) {
      const consumer = pullFrom(options, logOf, positions, bus);
      consumers.add(consumer);
      consumer.pull();
      return {
        stop() {
          consumers.delete(consumer);
          return consumer.stop();
        },
      };
    },
    async check() {
      if (bus.failure) throw bus.failure;
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      consumers.clear();
    },
  };
  return bus;
}

function pullFrom(
  options: ConsumerOptions,
  logOf: (topic: string) => Log,
  positions: Map<string, number>,
  bus: EventBus,
): PullingConsumer {
  const nameOf = (topic: string) => `${options.group}/${topic}`;
  const fetched = new Map(options.topics.map((topic) => [topic, positions.get(nameOf(topic)) ?? 0]));
  const queue = new KeyedQueue({
    options,
    deadLetter: (message, error) => bus.deadLetter(message, { reason: reasonOf(error), source: options.group }),
    onDone: (_, { topic, offset }) => positions.set(nameOf(topic), Number(offset) + 1),
  });
  return {
    pull() {
      for (const topic of options.topics) {
        const messages = logOf(topic).slice(fetched.get(topic));
        fetched.set(topic, (fetched.get(topic) ?? 0) + messages.length);
        queue.push(messages);
      }
    },
    stop: () => queue.stop(),
  };
}
