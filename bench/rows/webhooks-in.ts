import { randomUUID } from 'node:crypto';
import type { BenchPlatform } from '../bench-platform.ts';
import { cpuPerOperation, readCpu } from '../cpu.ts';
import { closedLoop, type Measured, openLoop, summarize } from '../load.ts';
import type { BenchRow, Round } from '../row.ts';
import { type Charge, makeCharges, notificationAbout, pay, post } from '../signed-notifications.ts';
import { type Floor, startFloor } from '../start-floor.ts';
import { waitUntilQuiet } from '../wait-until-quiet.ts';

const perSecond = 800;
const burstConcurrency = 128;
/** One in twenty is about a charge that the customer has just decided: it changes a subscription. */
const changesEvery = 20;

interface Charges {
  paid: readonly Charge[];
  open: Charge[];
}

/** Notifications from the provider's request to their effect on the subscription, and one at the door that only inserts. */
export const webhooksInRow: BenchRow = {
  name: 'webhooks-in',
  what: '800 signed notifications/s, 20 % repeated, 5 % out of order, 5 % change a subscription; then a burst of 5,000',
  async run(platform, { rounds, smoke, onProgress }) {
    const results: Round[] = [];
    const floor = await startFloor('bare-inbox', platform);
    const seconds = smoke ? 2 : 10;
    const burst = smoke ? 200 : 5_000;
    onProgress('webhooks-in: making the charges they are about');
    const paid = await makeCharges(platform, smoke ? 20 : 300, 'tok_ok');
    const door = `${platform.platform.webhooksUrl}/webhooks/sandbox`;
    // As in the other rows, what is measured is a platform that has been at work, not one whose code is still being compiled.
    const warmUp = sendTo(platform, door, { paid, open: [] });
    await openLoop({ perSecond: perSecond / 2, seconds: smoke ? 1 : 4 }, warmUp.operate);
    for (let round = 1; round <= rounds; round += 1) {
      const changes = Math.ceil((perSecond * seconds + burst) / changesEvery);
      const charges = { paid, open: await makeCharges(platform, smoke ? 10 : changes, 'tok_requires_action') };
      await waitUntilAsleep(platform);
      // A database that has just been made knows nothing of its tables yet.
      await platform.owner`analyze`;
      onProgress(`webhooks-in, round ${round} of ${rounds}`);
      const steady = sendTo(platform, door, charges);
      const steadily = () => openLoop({ perSecond, seconds }, steady.operate);
      results.push(
        ...(await measure(platform, floor, { name: 'redcore, 800/s', load: steadily, sent: steady.sent, smoke })),
      );
      const once = sendTo(platform, door, charges);
      const atOnce = () =>
        closedLoop({ concurrency: burstConcurrency, seconds: 60, operationsMax: burst }, once.operate);
      results.push(
        ...(await measure(platform, floor, { name: 'redcore, burst', load: atOnce, sent: once.sent, smoke })),
      );
      const bare = sendTo(platform, floor.url, { paid, open: [] });
      const bareSteadily = () => openLoop({ perSecond, seconds }, bare.operate);
      results.push(
        ...(await measure(platform, floor, { name: 'bare deduplicating insert, 800/s', load: bareSteadily, smoke })),
      );
    }
    await floor.stop();
    return results;
  },
};

/** An open charge is looked up after some seconds, then after minutes: that first look is no part of what is measured. */
async function waitUntilAsleep(platform: BenchPlatform): Promise<void> {
  const givesUpAt = Date.now() + 5 * 60_000;
  await waitUntilQuiet(platform);
  for (;;) {
    const [row] = await platform.owner<[{ awake: number }]>`
      select count(*)::int as awake from payment_attempts
      where status = 'requires_action' and resolve_at < now() + interval '30 seconds'`;
    if (row.awake === 0) return;
    if (Date.now() > givesUpAt) throw new Error(`${row.awake} open charges are still looked up`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Every fifth repeats the one before it; every twentieth carries an older time than one sent before it. */
function sendTo(platform: BenchPlatform, url: string, charges: Charges) {
  const batch = randomUUID();
  /** When each notification was first meant to arrive, in epoch milliseconds. */
  const sent = new Map<string, number>();
  async function operate(index: number): Promise<boolean> {
    const original = index % 5 === 4 ? index - 1 : index;
    const id = `evt_${batch}_${original}`;
    const open = index === original && index % changesEvery === 0 ? charges.open.pop() : undefined;
    if (open !== undefined) await pay(open);
    const charge = open ?? (charges.paid[original % charges.paid.length] as Charge);
    if (!sent.has(id)) sent.set(id, Date.now());
    return post(url, notificationAbout(platform, id, charge, index % 20 === 10 ? 60_000 : 0));
  }
  return { operate, sent };
}

async function measure(
  platform: BenchPlatform,
  floor: Floor,
  run: { name: string; load: () => Promise<Measured>; sent?: ReadonlyMap<string, number>; smoke: boolean },
): Promise<Round[]> {
  const watched = [...platform.watched, floor.watched];
  const before = readCpu(watched);
  const accepted = await run.load();
  const effects = run.sent && (await waitForEffects(platform, run.sent));
  // A wake that only refreshes comes within the minute; its CPU counts, so it is waited for.
  if (!run.smoke) await waitUntilQuiet(platform);
  const cpuMs = cpuPerOperation(before, readCpu(watched), accepted.operations);
  const rounds: Round[] = [{ subject: `${run.name}: accepted`, measured: accepted, cpuMs }];
  if (effects) rounds.push({ subject: `${run.name}: receipt to effect`, measured: effects, cpuMs: {} });
  return rounds;
}

/** From the instant each was sent to the instant its effect was committed; what is not handled, or not right, is an error. */
async function waitForEffects(platform: BenchPlatform, sent: ReadonlyMap<string, number>): Promise<Measured> {
  const givesUpAt = Date.now() + 2 * 60_000;
  const ids = [...sent.keys()];
  for (;;) {
    const rows = await platform.owner<{ eventId: string; status: string; processedAt: number | null }[]>`
      select provider_event_id as event_id, status, processed_at from inbox
      where tenant_id = ${platform.tenantId} and provider_event_id = any(${ids}::text[])`;
    const open = ids.length - rows.filter(({ status }) => status !== 'received').length;
    if (open === 0 || Date.now() > givesUpAt) {
      const handled = rows.filter(({ status }) => status === 'processed');
      const latencies = handled.map(({ eventId, processedAt }) => (processedAt ?? 0) - (sent.get(eventId) ?? 0));
      const last = Math.max(...handled.map(({ processedAt }) => processedAt ?? 0));
      return summarize(latencies, ids.length - handled.length, (last - Math.min(...sent.values())) / 1_000);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
