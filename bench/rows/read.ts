import { cpuPerOperation, readCpu } from '../cpu.ts';
import { call, callForBody } from '../http-client.ts';
import { closedLoop } from '../load.ts';
import type { BenchRow, Round } from '../row.ts';
import { startFloor } from '../start-floor.ts';
import { waitUntilQuiet } from '../wait-until-quiet.ts';

const concurrency = 16;

/** GET one subscription with authentication and tenancy, against bare Hono + postgres.js doing the same SQL. */
export const readRow: BenchRow = {
  name: 'read',
  what: 'GET /subscriptions/{id} with key and row-level security; c = 16',
  async run(platform, { rounds, smoke, onProgress }) {
    const results: Round[] = [];
    const body = { customer_id: await platform.makeCustomer(), plan_id: await platform.makePlan(1999) };
    const { subscription_id: id } = await callForBody<{ subscription_id: string }>({
      url: `${platform.apiUrl}/subscriptions`,
      method: 'POST',
      key: platform.key,
      body,
    });
    const floor = await startFloor('bare-read', platform);
    await waitUntilQuiet(platform);
    const subjects = [
      { subject: 'redcore', url: `${platform.apiUrl}/subscriptions/${id}` },
      { subject: 'bare Hono + postgres.js', url: `${floor.url}/${platform.tenantId}/${id}` },
    ];
    const seconds = smoke ? 1 : 6;
    const read = (url: string) => async () => (await call({ url, method: 'GET', key: platform.key })).status === 200;
    for (const { url } of subjects) await closedLoop({ concurrency, seconds: smoke ? 1 : 3 }, read(url));
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`read, round ${round} of ${rounds}`);
      for (const { subject, url } of subjects) {
        const before = readCpu([...platform.watched, floor.watched]);
        const measured = await closedLoop({ concurrency, seconds }, read(url));
        const cpuMs = cpuPerOperation(before, readCpu([...platform.watched, floor.watched]), measured.operations);
        results.push({ subject, measured, cpuMs });
      }
    }
    await floor.stop();
    return results;
  },
};
