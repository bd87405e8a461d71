import { afterEach, expect, it, vi } from 'vitest';
import { expectNothingLost } from './support/expect-kill-round.ts';
import { runKillRound } from './support/kill-round.ts';
import { lookUpUndecided, runRandomFaults } from './support/random-faults.ts';
import { stackEnv } from './support/stack-env.ts';
import { startWatchedPlatform, type WatchedPlatform } from './support/watched-platform.ts';

let platform: WatchedPlatform;
afterEach(() => platform?.stop());

const roundSeeds = [1, 2, 3].map((round) => Number(stackEnv().seed) + round);

it.for(roundSeeds)(
  'neither loses nor doubles a charge when processes die and one stands still for 2 min (seed %i)',
  async (seed) => {
    platform = await startWatchedPlatform(['api', 'payment-worker']);
    const round = await runKillRound(platform, { seed, creates: 200, renewals: 200, stopMs: 120_000, randomKills: 3 });
    console.info(
      `${round.created.length} creates, ${round.renewed.length} renewals, killed: ${round.kills.join(', ')}`,
    );
    expect(round.renewed).toHaveLength(200);
    await expectNothingLost(platform, round);
  },
);

it.for(roundSeeds)(
  'neither loses nor doubles a charge made within a step when its process dies or stands still (seed %i)',
  async (seed) => {
    platform = await startWatchedPlatform(['api', 'billing-worker']);
    const how = { creates: 100, renewals: 100, stopMs: 60_000, randomKills: 1, charger: 'billing-worker' as const };
    const round = await runKillRound(platform, { seed, ...how });
    console.info(`${round.renewed.length} renewals, killed: ${round.kills.join(', ')}`);
    const atPoints = round.kills.filter((kill) => /^billing-worker-2 (before|after)_/.test(kill));
    expect(atPoints.length).toBeGreaterThan(0);
    await expectNothingLost(platform, round);
  },
);

const everything = [
  ...['api', 'webhooks', 'billing-worker', 'payment-worker', 'relay', 'forwarder', 'sandbox-provider', 'temporal'],
];

it.for(roundSeeds)(
  'keeps every invariant when anything dies during any commands (seed %i)',
  { timeout: 1_500_000 },
  async (seed) => {
    platform = await startWatchedPlatform(['api', 'payment-worker']);
    const { tenant, answers } = await runRandomFaults(platform, {
      seed,
      actors: 50,
      kills: [...everything, ...everything],
    });
    console.info([...answers].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
    // What has gone back already cannot go back again.
    const outcomes = [...answers.keys()].filter((outcome) => outcome !== 'refund 422');
    expect(outcomes.filter((outcome) => / (4(?!02|04|09)|5)\d\d$/.test(outcome))).toEqual([]);
    await lookUpUndecided(platform, tenant);
    await tenant.waitForQuiet(450_000);
    await vi.waitFor(async () => expect((await platform.checkInvariants(tenant, 0)).violations).toEqual([]), {
      timeout: 60_000,
      interval: 2_000,
    });
  },
);
