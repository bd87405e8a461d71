import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expectNothingLostOver } from './support/broker-outage.ts';
import { type OwnBroker, openOwnBroker } from './support/own-broker.ts';
import { openOwnDatabase } from './support/own-database.ts';

let own: OwnBroker;
beforeAll(async () => {
  own = await openOwnBroker();
});
afterAll(() => own?.close());

it('F7: keeps every notification while a broker stands still with connections open, and does each once it goes on', async () => {
  const { broker, bus } = own;
  const database = await openOwnDatabase();
  let refused = 0;
  const publish: typeof bus.publish = (messages) =>
    bus.publish(messages).catch((error: unknown) => {
      refused += 1;
      throw error;
    });
  await expectNothingLostOver(database, {
    ...{ bus: { ...bus, publish }, perSecond: 20, phaseMs: 2_000, awayMs: 8_000, settledWithinMs: 90_000 },
    begin: () => broker.kill('SIGSTOP'),
    async end() {
      await vi.waitFor(() => expect(refused).toBeGreaterThan(0), { timeout: 60_000, interval: 100 });
      broker.kill('SIGCONT');
    },
  });
  await database.close();
});
