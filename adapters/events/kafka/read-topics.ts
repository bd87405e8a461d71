import { randomUUID } from 'node:crypto';
import type { Admin, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { connectKafka, type KafkaSettings } from './connect-kafka.ts';

export interface StoredMessage {
  topic: string;
  partition: number;
  offset: string;
  /** Key, value and headers. */
  texts: string[];
}

export interface ReadTopics {
  topics: number;
  read: number;
  /** What the topics held when reading began. */
  held: number;
}

/** A partition or a group that was just made has no leader for a moment; nobody repeats this reading. */
const retry = { retries: 6, initialRetryTime: 100, maxRetryTime: 2_000 };

/**
 * What topics hold, from the beginning up to now, bounded by count and time. It reads as a group of its own, which it deletes:
 * nobody's position moves. Topics that do not exist are passed over.
 */
export async function readTopics(
  settings: KafkaSettings,
  wanted: { topics: readonly string[]; messagesMax: number; timeoutMs: number },
  take: (message: StoredMessage) => void,
): Promise<ReadTopics> {
  const kafka = connectKafka(settings);
  const admin = kafka.admin({ retry });
  await admin.connect();
  try {
    const ends = await findEnds(admin, wanted.topics);
    const held = ends.reduce((sum, { high, low }) => sum + high - low, 0);
    const filled = ends.filter(({ high, low }) => high > low);
    const topics = new Set(ends.map(({ topic }) => topic)).size;
    if (filled.length === 0) return { topics, read: 0, held };
    const group = `${settings.clientId}-${randomUUID()}`;
    const read = await readGroup(kafka, { ...wanted, group, ends: filled }, take);
    await admin.deleteGroups([group]);
    return { topics, read, held };
  } finally {
    await admin.disconnect();
  }
}

interface End {
  topic: string;
  partition: number;
  low: number;
  high: number;
}

async function findEnds(admin: Admin, wanted: readonly string[]): Promise<End[]> {
  const existing = new Set(await admin.listTopics());
  const ends = await Promise.all(
    wanted
      .filter((topic) => existing.has(topic))
      .map(async (topic) => {
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets.map(({ partition, low, high }) => ({ topic, partition, low: Number(low), high: Number(high) }));
      }),
  );
  return ends.flat();
}

async function readGroup(
  kafka: Kafka,
  wanted: { group: string; ends: readonly End[]; messagesMax: number; timeoutMs: number },
  take: (message: StoredMessage) => void,
): Promise<number> {
  const left = new Map(wanted.ends.map(({ topic, partition, high }) => [`${topic}/${partition}`, high]));
  const consumer = kafka.consumer({
    groupId: wanted.group,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
    retry,
  });
  const done = Promise.withResolvers<void>();
  let read = 0;
  const timer = setTimeout(done.resolve, wanted.timeoutMs);
  const eachBatch = async ({ batch: { topic, partition, messages } }: EachBatchPayload): Promise<void> => {
    for (const message of messages) {
      if (read >= wanted.messagesMax) return done.resolve();
      read += 1;
      take({ topic, partition, offset: message.offset, texts: textsOf(message) });
      if (Number(message.offset) + 1 >= (left.get(`${topic}/${partition}`) ?? 0)) left.delete(`${topic}/${partition}`);
    }
    if (left.size === 0) done.resolve();
  };
  consumer.on(consumer.events.CRASH, ({ payload }) => done.reject(payload.error));
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(wanted.ends.map(({ topic }) => topic))], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
    await done.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return read;
}

function textsOf({ key, value, headers }: KafkaMessage): string[] {
  const parts = [key, value, ...Object.values(headers ?? {}).flat()];
  return parts.filter((part) => part !== null && part !== undefined).map((part) => part.toString());
}
