/** One message for one topic. Messages of one `key` stay in the order they were published in. */
export interface OutgoingMessage {
  topic: string;
  key: string;
  /** JSON text. */
  value: string;
  headers?: Record<string, string>;
}

export interface ReceivedMessage extends OutgoingMessage {
  headers: Record<string, string>;
  partition: number;
  /** Position within the partition, as text: it may pass the safe integers. */
  offset: string;
}

/**
 * What a handler's error means for its message:
 * - `passing`: something everything depends on is away; tried again for as long as it takes, the partition waits.
 * - `failing`: tried again a bounded number of times, then dead-lettered.
 * - `poison`: no try can succeed; dead-lettered at once.
 */
export type Failure = 'passing' | 'failing' | 'poison';

export interface ConsumerOptions {
  /** Consumers of one group share the partitions; every group sees every message. */
  group: string;
  topics: readonly string[];
  /** Called again for a message already handled after a crash or a rebalance: the effect must deduplicate by itself. */
  handle: (message: ReceivedMessage) => Promise<void>;
  classify: (error: unknown) => Failure;
  /** Tries of a `failing` message in all. */
  triesMax: number;
  /** Before the second try; doubles with every further one, up to five seconds. */
  retryDelayMs: number;
  /** A try that takes longer counts as failed. */
  tryTimeoutMs: number;
  /** Keys of one partition handled side by side. */
  concurrency: number;
  onFailedTry?: (message: ReceivedMessage, error: unknown, tries: number) => void;
  /** Awaited, once the broker has the dead letter. If it throws, the message is not done: it is dead-lettered again later. */
  onDeadLetter?: (message: ReceivedMessage, error: unknown) => unknown;
}

export interface RunningConsumer {
  /** Takes no further message, finishes those in hand (waiting tries are given up and redelivered later), leaves the group. */
  stop(): Promise<void>;
}

/** The asynchronous exchange (R11): at least once, ordered per key. */
export interface EventBus {
  /** Creates what is missing: every topic and its `.dlt`, kept >= 7 days. Repeatable. */
  ensureTopics(names: readonly string[]): Promise<void>;
  /**
   * Resolves once the broker has acknowledged all of them. A rejection, also by the publisher's own deadline, says nothing
   * about what arrived: publish again.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Puts the message on the `.dlt` of its topic, with the reason and where it came from as headers. */
  deadLetter(message: OutgoingMessage, failure: { reason: string; source: string }): Promise<void>;
  /** The handler's errors never leave the consumer; later messages of a failing key wait, other keys go on. */
  consume(options: ConsumerOptions): Promise<RunningConsumer>;
  /** Rejects while the broker does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
