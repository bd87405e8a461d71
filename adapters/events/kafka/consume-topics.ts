import type { Kafka } from 'kafkajs';
import type { Logger } from '../../../runtime/logger.ts';
import { pause } from '../../../runtime/pause.ts';
import type { ConsumerOptions, ReceivedMessage, RunningConsumer } from '../port.ts';
import { Assignment } from './assignment.ts';

const commitIntervalMs = 500;
const restartDelayMs = 1_000;

export interface ConsumeParts {
  kafka: Kafka;
  logger: Logger;
  deadLetter: (message: ReceivedMessage, error: unknown) => Promise<void>;
}

interface Life {
  /** Resolves with an error the library does not restart from by itself: it would stay silent for ever. */
  crashed: Promise<Error>;
  stop(): Promise<void>;
}

/**
 * Fetching and handling are apart: the library hands a batch over and fetches on, so a message that waits for its next try
 * holds back neither other keys nor other partitions. An offset is committed once everything before it is done.
 */
export async function consumeTopics(options: ConsumerOptions, parts: ConsumeParts): Promise<RunningConsumer> {
  const stopping = new AbortController();
  const supervised = supervise(await startLife(options, parts), options, parts, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return supervised;
    },
  };
}

async function supervise(
  first: Life,
  options: ConsumerOptions,
  parts: ConsumeParts,
  signal: AbortSignal,
): Promise<void> {
  const { group } = options;
  const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  let life: Life | undefined = first;
  while (!signal.aborted) {
    if (life === undefined) {
      await pause(restartDelayMs, signal);
      life = await startLife(options, parts).catch((error: unknown) => {
        parts.logger.error({ err: error, group }, 'kafka consumer did not restart');
        return undefined;
      });
      continue;
    }
    const error = await Promise.race([life.crashed, stopped]);
    if (error === undefined) break;
    parts.logger.error({ err: error, group }, 'kafka consumer crashed');
    await life.stop();
    life = undefined;
  }
  await life?.stop();
}

async function startLife(options: ConsumerOptions, parts: ConsumeParts): Promise<Life> {
  const consumer = parts.kafka.consumer({
    groupId: options.group,
    allowAutoTopicCreation: false,
    // The least a broker takes by default: that long nobody gets the partitions of a consumer that died.
    sessionTimeout: 6_000,
    heartbeatInterval: 1_500,
    rebalanceTimeout: 30_000,
    maxWaitTimeInMs: 1_000,
    maxBytesPerPartition: 256 * 1024,
    retry: { retries: 10, initialRetryTime: 200, maxRetryTime: 5_000 },
  });
  const assignment = new Assignment(consumer, options, parts);
  consumer.on(consumer.events.GROUP_JOIN, () => assignment.renew());
  const crashed = new Promise<Error>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) resolve(payload.error);
    });
  });
  const commits = setInterval(() => void assignment.commit(), commitIntervalMs);
  const stop = async (): Promise<void> => {
    clearInterval(commits);
    await assignment.stop();
    await consumer.disconnect();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        assignment.take(payload);
        return Promise.resolve();
      },
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { crashed, stop };
}
