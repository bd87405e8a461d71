import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pause } from '../runtime/pause.ts';
import { expectNothingLostOver } from './support/broker-outage.ts';
import { type OwnBroker, openOwnBroker } from './support/own-broker.ts';
import { openOwnDatabase } from './support/own-database.ts';

let own: OwnBroker;
beforeAll(async () => {
  own = await openOwnBroker();
});
afterAll(() => own?.close());

/** As the relay does: one batch at a time, repeated until it is acknowledged. */
async function publishAll(
  topic: string,
  numbers: readonly number[],
  onRefused: () => void = () => undefined,
): Promise<void> {
  for (const number of numbers) {
    const message = { topic, key: 'a', value: String(number) };
    for (;;) {
      const isPublished = await own.bus.publish([message]).then(
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
    const { broker, bus } = own;
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

const awayMs = 5 * 60_000;

it('F7: takes every notification within half a second while the broker is away for 5 min, and does each once it is back', async () => {
  const { broker, bus } = own;
  const database = await openOwnDatabase();
  await expectNothingLostOver(database, {
    ...{ bus, perSecond: 100, phaseMs: 30_000, awayMs, settledWithinMs: 240_000 },
    async begin() {
      broker.kill('SIGKILL');
      await broker.exited;
    },
    end: () => broker.restart(),
  });
  await database.close();
}, 900_000);
