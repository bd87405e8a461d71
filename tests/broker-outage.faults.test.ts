import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createKafkaEventBus } from '../adapters/events/kafka/kafka-event-bus.ts';
import type { EventBus } from '../adapters/events/port.ts';
import { createLogger } from '../runtime/logger.ts';
import { pause } from '../runtime/pause.ts';
import { type LocalStack, startLocalStack } from '../stack/local-stack.ts';
import { expectNothingLostOver } from './support/broker-outage.ts';
import { openOwnDatabase } from './support/own-database.ts';
import { stackEnv } from './support/stack-env.ts';

const logger = createLogger('test', { level: 'silent' });

let folder: string;
let stack: LocalStack;
let bus: EventBus;

beforeAll(async () => {
  folder = mkdtempSync(join(stackEnv().dataDir, 'kafka-'));
  chmodSync(folder, 0o711);
  const options = { dataDir: join(folder, 'data'), logDir: join(folder, 'logs'), external: false };
  stack = await startLocalStack({ ...options, only: ['kafka'], onDied: () => undefined });
  bus = createKafkaEventBus({ brokers: stack.kafkaBrokers, clientId: 'outage', logger, publishTimeoutMs: 3_000 });
});

afterAll(async () => {
  await bus.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As the relay does: one batch at a time, repeated until it is acknowledged. */
async function publishAll(
  topic: string,
  numbers: readonly number[],
  onRefused: () => void = () => undefined,
): Promise<void> {
  for (const number of numbers) {
    const message = { topic, key: 'a', value: String(number) };
    for (;;) {
      const isPublished = await bus.publish([message]).then(
        () => true,
        () => false,
      );
      if (isPublished) break;
      onRefused();
      await pause(100);
    }
  }
}

it.each(['SIGKILL', 'SIGSTOP'] as const)(
  'F7: loses and skips nothing over a broker’s %s',
  async (signal) => {
    const broker = stack.component('kafka');
    const topic = `outage-${randomUUID()}`;
    await bus.ensureTopics([topic]);
    const handled: number[] = [];
    const consumer = await bus.consume({
      ...{ group: topic, topics: [topic], triesMax: 1, retryDelayMs: 10, tryTimeoutMs: 5_000, concurrency: 4 },
      classify: () => 'failing',
      handle: async ({ value }) => {
        handled.push(Number(value));
      },
    });
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    await publishAll(topic, numbers.slice(0, 20));
    await vi.waitFor(() => expect(handled).toHaveLength(20), { timeout: 20_000 });
    broker.kill(signal);
    let refusals = 0;
    const publishing = publishAll(topic, numbers.slice(20), () => {
      refusals += 1;
    });
    await vi.waitFor(() => expect(refusals).toBeGreaterThan(0), { timeout: 20_000 });
    await expect(bus.check()).rejects.toThrow();
    if (signal === 'SIGSTOP') broker.kill('SIGCONT');
    else await broker.restart();
    await publishing;
    // A set keeps the order of first insertions: what is delivered again does not move.
    await vi.waitFor(() => expect([...new Set(handled)]).toEqual(numbers), { timeout: 50_000, interval: 100 });
    await consumer.stop();
  },
  120_000,
);

it('F7: takes every notification within half a second while the broker is away, and does each once it is back', async () => {
  const database = await openOwnDatabase();
  const broker = stack.component('kafka');
  await expectNothingLostOver(database, {
    ...{ bus, perSecond: 100, phaseMs: 30_000, settledWithinMs: 120_000 },
    async begin() {
      broker.kill('SIGKILL');
      await broker.exited;
    },
    end: () => broker.restart(),
  });
  await database.close();
}, 300_000);
