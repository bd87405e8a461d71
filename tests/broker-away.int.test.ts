import { expect, it, onTestFinished } from 'vitest';
import { createMemoryEventBus } from '../adapters/events/memory/memory-event-bus.ts';
import { expectNothingLostOver } from './support/broker-outage.ts';
import { openOwnDatabase } from './support/own-database.ts';

it('F7: notifications are taken as fast as ever while the broker is away, and done once it is back', async () => {
  const database = await openOwnDatabase();
  onTestFinished(() => database.close());
  const bus = createMemoryEventBus();
  let refused = 0;
  const { publish } = bus;
  bus.publish = (messages) =>
    publish(messages).catch((error: unknown) => {
      refused += 1;
      throw error;
    });
  await expectNothingLostOver(database, {
    ...{ bus, perSecond: 50, phaseMs: 1_500, awayMs: 1_500, settledWithinMs: 30_000 },
    begin() {
      bus.failure = new Error('the broker is away');
    },
    end() {
      expect(refused).toBeGreaterThan(0);
      bus.failure = null;
    },
  });
});
