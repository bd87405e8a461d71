import type { BenchPlatform } from '../bench-platform.ts';
import { cpuPerOperation, readCpu } from '../cpu.ts';
import { openLoop } from '../load.ts';
import { callBareMixed, callMixed, type Fate, type MixedTenant, makeMixedTenants } from '../mixed-calls.ts';
import type { BenchRow, Round } from '../row.ts';
import { type Floor, startFloor } from '../start-floor.ts';
import { waitUntilQuiet } from '../wait-until-quiet.ts';

const steadyPerSecond = 1_000;
/** Up to a rate at which most is turned away. */
const steps = [1_500, 2_000, 3_000, 4_000];
/** Rates tried one after the other, to find what is still answered soon, all of it. */
const probes = { from: 200, by: 100, seconds: 6, meanMsMax: 50 };
const warmUp = { perSecond: 300, seconds: 15 };
const recoveryMsMax = 10_000;
const settledMs = 100;

/** What a day looks like: mostly reads, some changes and lists, few creates; then more than the machine can do. */
export const apiMixRow: BenchRow = {
  name: 'api-mix',
  what: '75 % reads, 15 % changes, 5 % lists, 4 % creates, 1 % commands that wake; 100 tenants; open loop',
  async run(platform, { rounds, smoke, onProgress }) {
    const results: Round[] = [];
    const floor = await startFloor('bare-mix', platform);
    onProgress('api-mix: making the tenants');
    const tenants = await makeMixedTenants(platform, { tenants: smoke ? 10 : 100, subscriptions: smoke ? 4 : 6 });
    await platform.owner`analyze`;
    const seconds = smoke ? 1 : 10;
    const rates = smoke ? { steady: 50, steps: [100] } : { steady: steadyPerSecond, steps };
    const load = { platform, floor, tenants, seconds, onProgress };
    // What is measured is a platform that has been at work, not one whose code is still being compiled.
    await measure({ ...load, seconds: smoke ? 1 : warmUp.seconds }, 'redcore', smoke ? rates.steady : warmUp.perSecond);
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`api-mix, round ${round} of ${rounds}`);
      if (!smoke) results.push(...(await findSustained(load)));
      results.push(await measure(load, 'redcore', rates.steady));
      results.push(await measure(load, 'bare Hono + postgres.js', rates.steady));
      for (const perSecond of rates.steps) {
        const over = await measure(load, 'redcore', perSecond);
        results.push({ ...over, note: `${over.note}; ${await recover(platform, tenants, rates.steady / 2)}` });
      }
      results.push(await measure(load, 'bare Hono + postgres.js', rates.steps[0] ?? rates.steady));
    }
    await floor.stop();
    return results;
  },
};

interface Load {
  platform: BenchPlatform;
  floor: Floor;
  tenants: readonly MixedTenant[];
  seconds: number;
  onProgress: (line: string) => void;
}

/** The highest rate at which nothing is turned away and the mean stays low; nothing where the lowest is too high already. */
async function findSustained(load: Load): Promise<Round[]> {
  let best: Round[] = [];
  for (let perSecond = probes.from; perSecond <= steadyPerSecond; perSecond += probes.by) {
    const round = await measure({ ...load, seconds: probes.seconds }, 'redcore', perSecond);
    const isAll = round.measured.operations === perSecond * probes.seconds;
    if (!isAll || round.measured.meanMs > probes.meanMsMax) break;
    best = [
      { ...round, subject: 'redcore, the most it answers within 50 ms on average', note: `${perSecond}/s offered` },
    ];
  }
  return best;
}

/** Only what was answered has a latency; what was turned away is no error, but is told. */
async function measure(load: Load, subject: string, perSecond: number): Promise<Round> {
  const { platform, floor, tenants, seconds, onProgress } = load;
  const fates = new Map<Fate, number>();
  await waitUntilQuiet(platform);
  onProgress(`api-mix: ${subject}, ${perSecond}/s for ${seconds} s`);
  const watched = [...platform.watched, floor.watched];
  const before = readCpu(watched);
  const measured = await openLoop({ perSecond, seconds }, async (index) => {
    const fate =
      subject === 'redcore'
        ? await callMixed(platform.apiUrl, tenants, index)
        : await callBareMixed(floor.url, tenants, index);
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
    return fate === 'answered';
  });
  const cpuMs = cpuPerOperation(before, readCpu(watched), measured.operations);
  const { answered = 0, shed = 0, ...failed } = Object.fromEntries(fates);
  const errors = Object.values(failed).reduce((sum, count) => sum + count, 0);
  const failures = Object.entries(failed).map(([why, count]) => `, ${count} ${why}`);
  const late = `sent ${measured.sentLateMs ?? 0} ms late on average`;
  const note = `${answered} answered, ${shed} shed with 429 or 503, ${errors} failed${failures.join('')}; ${late}`;
  return { subject: `${subject}, ${perSecond}/s`, measured: { ...measured, errors }, cpuMs, note };
}

/** From the end of the overload to the first quarter of a second in which everything is answered, and soon. */
async function recover(platform: BenchPlatform, tenants: readonly MixedTenant[], perSecond: number): Promise<string> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < recoveryMsMax) {
    const fates: Fate[] = [];
    const probe = await openLoop({ perSecond, seconds: 0.25 }, async (index) => {
      const fate = await callMixed(platform.apiUrl, tenants, index);
      fates.push(fate);
      return fate === 'answered';
    });
    if (fates.every((fate) => fate === 'answered') && probe.p99Ms < settledMs)
      return `recovered within ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  }
  return `NOT recovered within ${recoveryMsMax / 1_000} s`;
}
