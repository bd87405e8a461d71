import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Logger } from '../../../runtime/logger.ts';
import { registerGauge } from '../../../runtime/metrics.ts';
import { KeyedQueue, partitionOf } from '../keyed-queue.ts';
import type { ConsumerOptions, ReceivedMessage } from '../port.ts';

/** Undone messages of one partition held in memory; beyond it the partition is fetched no further. */
const depthMax = 500;

const lagGauge = registerGauge({
  name: 'redcore_consumer_lag_messages',
  help: 'Messages between the batch fetched last and the end of its partition',
  labels: ['group', 'topic'],
});

type Position = { topic: string; partition: number; offset: string };

export interface AssignmentParts {
  logger: Logger;
  deadLetter: (message: ReceivedMessage, error: unknown) => Promise<void>;
}

/** What this member holds since it last joined its group: joining anew fetches again from the committed offsets. */
export class Assignment {
  readonly #consumer: Consumer;
  readonly #options: ConsumerOptions;
  readonly #parts: AssignmentParts;
  readonly #paused = new Map<string, () => void>();
  #toCommit = new Map<string, Position>();
  readonly #seen = new Set<string>();
  /** Partitions whose next batch may have been fetched before the group was joined anew, behind messages that are to come again. */
  #mayBeLate = new Set<string>();
  #before: Promise<unknown> = Promise.resolve();
  #queue: KeyedQueue;

  constructor(consumer: Consumer, options: ConsumerOptions, parts: AssignmentParts) {
    this.#consumer = consumer;
    this.#options = options;
    this.#parts = parts;
    this.#queue = this.#newQueue();
  }

  renew(): void {
    for (const resume of this.#paused.values()) resume();
    this.#paused.clear();
    this.#toCommit = new Map();
    this.#mayBeLate = new Set(this.#seen);
    // Messages of the last assignment still in hand come again: they are not handled side by side.
    this.#before = Promise.all([this.#before, this.#queue.stop()]);
    this.#queue = this.#newQueue();
  }

  take(payload: EachBatchPayload): void {
    const { topic, partition } = payload.batch;
    const messages = payload.batch.messages.map((message) => received(topic, partition, message));
    const last = messages.at(-1);
    if (last === undefined) return;
    const name = partitionOf(last);
    this.#seen.add(name);
    // Left out unresolved, it is fetched again from where the partition's committed offset says.
    if (this.#mayBeLate.delete(name)) return;
    payload.resolveOffset(last.offset);
    lagGauge.set({ group: this.#options.group, topic }, Number(payload.batch.offsetLag()));
    const queue = this.#queue;
    void this.#before.then(() => queue.push(messages));
    if (!this.#paused.has(name) && queue.depthOf(name) + messages.length > depthMax) {
      this.#paused.set(name, payload.pause());
    }
  }

  async commit(): Promise<void> {
    const positions = [...this.#toCommit.values()];
    if (positions.length === 0) return;
    this.#toCommit.clear();
    try {
      await this.#consumer.commitOffsets(positions);
    } catch (error) {
      // What is not committed is fetched again after the next joining: handled twice, never skipped.
      this.#parts.logger.warn({ err: error, group: this.#options.group }, 'offsets not committed');
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#before, this.#queue.stop()]);
    await this.commit();
  }

  #newQueue(): KeyedQueue {
    const positions = this.#toCommit;
    const queue: KeyedQueue = new KeyedQueue({
      options: this.#options,
      deadLetter: this.#parts.deadLetter,
      onDone: (name, { topic, partition, offset }) => {
        positions.set(name, { topic, partition, offset: String(BigInt(offset) + 1n) });
        if (queue !== this.#queue || queue.depthOf(name) > depthMax / 2) return;
        this.#paused.get(name)?.();
        this.#paused.delete(name);
      },
    });
    return queue;
  }
}

function received(topic: string, partition: number, message: KafkaMessage): ReceivedMessage {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString() ?? '',
    value: message.value?.toString() ?? '',
    headers: Object.fromEntries(headers),
  };
}
