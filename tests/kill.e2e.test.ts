import { afterEach, expect, it } from 'vitest';
import { expectNothingLost } from './support/expect-kill-round.ts';
import { runKillRound } from './support/kill-round.ts';
import { stackEnv } from './support/stack-env.ts';
import { startWatchedPlatform, type WatchedPlatform } from './support/watched-platform.ts';

const seed = Number(stackEnv().seed);

let platform: WatchedPlatform;
afterEach(() => platform?.stop());

it('neither loses nor doubles a charge when processes die during 200 creates and 200 renewals', async () => {
  platform = await startWatchedPlatform(['api', 'payment-worker']);
  console.info(`seed ${seed}`);
  // A lease of a payment worker is 60 s: by then another one has taken over.
  const round = await runKillRound(platform, { seed, creates: 200, renewals: 200, stopMs: 60_000, randomKills: 1 });
  console.info(`${round.created.length} creates, ${round.renewed.length} renewals, killed: ${round.kills.join(', ')}`);
  expect(round.renewed).toHaveLength(200);
  await expectNothingLost(platform, round);
}, 420_000);

it('neither loses nor doubles a charge when the billing worker dies while it makes one within a step', async () => {
  platform = await startWatchedPlatform(['api', 'billing-worker']);
  console.info(`seed ${seed}`);
  const round = await runKillRound(platform, {
    ...{ seed, creates: 40, renewals: 40, createsInPeace: true, stopMs: null, randomKills: 0 },
    charger: 'billing-worker',
  });
  console.info(`${round.renewed.length} renewals, killed: ${round.kills.join(', ')}`);
  expect(round.renewed).toHaveLength(40);
  const hit = new Set(round.kills.filter((kill) => /^billing-worker (before|after)_/.test(kill)));
  expect(hit.size).toBeGreaterThanOrEqual(3);
  await expectNothingLost(platform, round);
}, 420_000);

it('neither loses nor doubles a charge, and ends no process, when connections to PostgreSQL are reset in mid-sentence', async () => {
  const watched = ['api', 'payment-worker'] as const;
  platform = await startWatchedPlatform(watched);
  console.info(`seed ${seed}`);
  const pids = () => watched.map((role) => platform.role(role).pid);
  const before = pids();
  const round = await runKillRound(platform, {
    ...{ seed, creates: 100, renewals: 60, stopMs: null, randomKills: 0, resets: 15 },
  });
  console.info(`${round.created.length} creates, ${round.renewed.length} renewals, ${round.kills.length} resets`);
  expect(round.renewed).toHaveLength(60);
  await expectNothingLost(platform, round);
  expect(pids()).toEqual(before);
}, 420_000);
