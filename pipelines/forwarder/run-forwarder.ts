import type { EventBus, ReceivedMessage, RunningConsumer } from '../../adapters/events/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter, registerHistogram } from '../../runtime/metrics.ts';
import { pause } from '../../runtime/pause.ts';
import { ProviderBusy } from './apply-notification.ts';
import { classify, createEventHandler, forwardedTopics } from './handle-event.ts';
import { noteFailure } from './note-failure.ts';

const group = 'redcore-forwarder';
const restartDelayMs = 1_000;

const handled = registerCounter({
  name: 'redcore_forwarder_events_total',
  help: 'Events by what became of a try to handle them',
  labels: ['topic', 'outcome'],
});
const duration = registerHistogram({
  name: 'redcore_forwarder_event_seconds',
  help: 'One try to handle an event',
  labels: ['topic'],
});

export interface ForwarderParts {
  bus: EventBus;
  context: BillingContext;
  logger: Logger;
  /** Keys handled side by side. */
  concurrency: number;
  triesMax?: number;
  retryDelayMs?: number;
}

export interface Forwarder {
  isConsuming(): boolean;
  stop(): Promise<void>;
}

/** What comes in over the broker and changes billing. Starts also while the broker is away, and consumes once it is back. */
export function runForwarder(parts: ForwarderParts): Forwarder {
  const stopping = new AbortController();
  let consumer: RunningConsumer | undefined;
  const started = startConsuming(parts, stopping.signal).then((running) => {
    consumer = running;
  });
  return {
    isConsuming: () => consumer !== undefined,
    async stop() {
      stopping.abort();
      await started;
      await consumer?.stop();
    },
  };
}

async function startConsuming(parts: ForwarderParts, signal: AbortSignal): Promise<RunningConsumer | undefined> {
  while (!signal.aborted) {
    try {
      await parts.bus.ensureTopics(forwardedTopics);
      return await consume(parts);
    } catch (error) {
      parts.logger.warn({ err: error }, 'events cannot be consumed yet');
      await pause(restartDelayMs, signal);
    }
  }
  return undefined;
}

function consume({ bus, context, logger, concurrency, triesMax = 5, retryDelayMs = 200 }: ForwarderParts) {
  const handleEvent = createEventHandler(context, { askedMaxPerProvider: Math.ceil(concurrency / 2) });
  const noteFailedTry = (message: ReceivedMessage, error: unknown) =>
    noteFailure(context, message, { error, isDead: false }).catch((cause: unknown) =>
      logger.warn({ err: cause }, 'a failed try could not be noted'),
    );
  return bus.consume({
    group,
    topics: forwardedTopics,
    triesMax,
    retryDelayMs,
    tryTimeoutMs: 60_000,
    concurrency,
    classify,
    async handle(message) {
      const endTimer = duration.startTimer({ topic: message.topic });
      await handleEvent(message).catch(async (error: unknown) => {
        if (classify(error) !== 'passing') await noteFailedTry(message, error);
        throw error;
      });
      endTimer();
      handled.inc({ topic: message.topic, outcome: 'handled' });
    },
    onFailedTry({ topic, partition, offset }, error, tries) {
      const isPutOff = error instanceof ProviderBusy;
      handled.inc({ topic, outcome: isPutOff ? 'put_off' : 'failed' });
      if (isPutOff) return;
      logger.warn({ err: error, topic, partition, offset, tries }, 'an event could not be handled');
    },
    async onDeadLetter(message, error) {
      const { topic, partition, offset, key } = message;
      await noteFailure(context, message, { error, isDead: true });
      handled.inc({ topic, outcome: 'dead_lettered' });
      logger.error({ err: error, topic, partition, offset, key }, 'an event was dead-lettered');
    },
  });
}
