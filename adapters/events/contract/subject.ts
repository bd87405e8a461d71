import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ConsumerOptions, EventBus, OutgoingMessage, ReceivedMessage } from '../port.ts';

export interface EventBusSubject {
  bus: EventBus;
  close: () => Promise<void>;
}

export type CurrentSubject = () => EventBusSubject;

/** Long enough for a consumer group to form on a broker of the local stack. */
export const within = { timeout: 20_000, interval: 50 };

export async function newTopic({ bus }: EventBusSubject): Promise<string> {
  const topic = `contract-${randomUUID()}`;
  await bus.ensureTopics([topic]);
  return topic;
}

export function messagesTo(topic: string, ...texts: readonly `${string}:${string}`[]): OutgoingMessage[] {
  return texts.map((value) => ({ topic, key: value.split(':')[0] ?? '', value }));
}

/** Collects what a consumer handled; `handle` may throw for a value first. */
export async function collect(
  { bus }: EventBusSubject,
  topics: readonly string[],
  options: Partial<ConsumerOptions> = {},
) {
  const handled: string[] = [];
  const received: ReceivedMessage[] = [];
  const consumer = await bus.consume({
    group: `contract-${randomUUID()}`,
    topics,
    classify: () => 'failing',
    triesMax: 3,
    retryDelayMs: 20,
    tryTimeoutMs: 5_000,
    concurrency: 4,
    ...options,
    async handle(message) {
      await options.handle?.(message);
      handled.push(message.value);
      received.push(message);
    },
  });
  onTestFinished(() => consumer.stop());
  return { handled, received, stop: () => consumer.stop() };
}

export function ofKey(values: readonly string[], key: string): string[] {
  return values.filter((value) => value.startsWith(`${key}:`));
}
