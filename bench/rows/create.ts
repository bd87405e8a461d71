import { cpuPerOperation, readCpu } from '../cpu.ts';
import { call } from '../http-client.ts';
import { closedLoop, type Measured } from '../load.ts';
import type { BenchRow, Round } from '../row.ts';
import { startFloor } from '../start-floor.ts';
import { waitUntilQuiet } from '../wait-until-quiet.ts';

const concurrency = 16;

/** A charged create over HTTP at the sandbox provider, until its workflow sleeps; then one at a time on an idle platform. */
export const createRow: BenchRow = {
  name: 'create',
  what: 'POST /subscriptions, charged, workflow asleep; c = 16, then idle',
  async run(platform, { rounds, smoke, onProgress }) {
    const results: Round[] = [];
    const planId = await platform.makePlan(1999);
    const floor = await startFloor('bare-create', platform);
    const seconds = smoke ? 2 : 10;
    const create = (customerId: string) => async () => {
      const body = { customer_id: customerId, plan_id: planId };
      return (
        (await call({ url: `${platform.apiUrl}/subscriptions`, method: 'POST', key: platform.key, body })).status ===
        201
      );
    };
    const customerId = await platform.makeCustomer();
    await closedLoop({ concurrency, seconds: smoke ? 1 : 4 }, create(customerId));
    await waitUntilQuiet(platform);
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`create, round ${round} of ${rounds}`);
      // The work of a create is over when its workflow sleeps and its events are out: that CPU counts, the wait for it does not.
      const measure = async (subject: string, load: () => Promise<Measured>) => {
        const before = readCpu([...platform.watched, floor.watched]);
        const measured = await load();
        await waitUntilQuiet(platform);
        const cpuMs = cpuPerOperation(before, readCpu([...platform.watched, floor.watched]), measured.operations);
        results.push({ subject, measured, cpuMs });
      };
      await measure('redcore', () => closedLoop({ concurrency, seconds }, create(customerId)));
      await measure('bare two-transaction create', () =>
        closedLoop(
          { concurrency, seconds },
          async () => (await call({ url: floor.url, method: 'POST', body: {} })).status === 201,
        ),
      );
      await measure('redcore, idle (c = 1)', () =>
        closedLoop({ concurrency: 1, seconds, operationsMax: smoke ? 5 : 60 }, create(customerId)),
      );
    }
    await floor.stop();
    return results;
  },
};
