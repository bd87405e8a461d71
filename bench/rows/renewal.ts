import type { BenchPlatform } from '../bench-platform.ts';
import { cpuPerOperation, readCpu } from '../cpu.ts';
import { runSkipLockedFloor } from '../floors/skip-locked.ts';
import { summarize } from '../load.ts';
import type { BenchRow, Round } from '../row.ts';
import { seedSubscriptions } from '../seed-subscriptions.ts';
import { waitUntilQuiet } from '../wait-until-quiet.ts';

/** Subscriptions whose boundary falls on one instant, from that instant until the last one is paid for. */
export const renewalRow: BenchRow = {
  name: 'renewal',
  what: '2,000 boundaries due at one instant, asleep in Temporal until then',
  async run(platform, { rounds, smoke, onProgress }) {
    const results: Round[] = [];
    const count = smoke ? 50 : 2_000;
    const planId = await platform.makePlan(1999);
    const customerId = await platform.makeCustomer();
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`renewal, round ${round} of ${rounds}: putting ${count} to sleep`);
      // Starts are relayed at some hundreds a second; all of them must sleep before the boundary comes.
      const dueAt = Date.now() + (smoke ? 15_000 : 60_000);
      const batch = await seedSubscriptions(platform, { count, dueAt, planId, customerId });
      await waitUntilQuiet(platform);
      if (Date.now() >= dueAt)
        throw new Error('putting the subscriptions to sleep took longer than the time until they are due');
      await sleepUntil(dueAt);
      const before = readCpu(platform.watched);
      const settledAt = await waitForRenewals(platform, { batch, count });
      await waitUntilQuiet(platform);
      const cpuMs = cpuPerOperation(before, readCpu(platform.watched), count);
      const latencies = settledAt.map((at) => at - dueAt);
      const seconds = (Math.max(...settledAt) - dueAt) / 1000;
      results.push({
        subject: 'redcore',
        measured: summarize(latencies, await countWrong(platform, batch), seconds),
        cpuMs,
      });
      onProgress(`renewal, round ${round} of ${rounds}: SKIP LOCKED loop`);
      results.push(await runSkipLockedFloor(platform, count));
    }
    return results;
  },
};

async function sleepUntil(at: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
}

async function waitForRenewals(platform: BenchPlatform, wanted: { batch: string; count: number }): Promise<number[]> {
  const givesUpAt = Date.now() + 10 * 60_000;
  for (;;) {
    const [row] = await platform.owner<[{ done: number }]>`
      select count(*)::int as done from subscriptions s
      where group_id = ${wanted.batch} and period_end_at > now() + interval '1 day'`;
    if (row.done === wanted.count) break;
    if (Date.now() > givesUpAt) throw new Error(`only ${row.done} of ${wanted.count} were renewed within ten minutes`);
    await sleepUntil(Date.now() + 200);
  }
  const rows = await platform.owner<{ settledAt: number }[]>`
    select r.settled_at from billing_runs r join subscriptions s on s.tenant_id = r.tenant_id and s.id = r.subscription_id
    where s.group_id = ${wanted.batch} and r.kind = 'renewal'`;
  return rows.map(({ settledAt }) => settledAt);
}

/** Subscriptions without exactly one succeeded charge for the boundary. */
async function countWrong(platform: BenchPlatform, batch: string): Promise<number> {
  const [row] = await platform.owner<[{ wrong: number }]>`
    select count(*)::int as wrong from (
      select s.id from subscriptions s
      left join payment_attempts a on a.tenant_id = s.tenant_id and a.subscription_id = s.id and a.status = 'succeeded'
      where s.group_id = ${batch} group by s.id having count(a.id) <> 1) w`;
  return row.wrong;
}
