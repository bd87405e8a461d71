import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNothingLost } from './support/expect-kill-round.ts';
import { runKillRound } from './support/kill-round.ts';
import { stackEnv } from './support/stack-env.ts';
import { startWatchedPlatform, type WatchedPlatform } from './support/watched-platform.ts';

let platform: WatchedPlatform;

beforeAll(async () => {
  platform = await startWatchedPlatform(['api', 'payment-worker']);
});

afterAll(() => platform?.stop());

it('neither loses nor doubles a charge when processes die during 200 creates and 200 renewals', async () => {
  const seed = Number(stackEnv().seed);
  console.info(`seed ${seed}`);
  // A lease of a payment worker is 60 s: by then another one has taken over.
  const round = await runKillRound(platform, { seed, creates: 200, renewals: 200, stopMs: 60_000, randomKills: 1 });
  console.info(`${round.created.length} creates, ${round.renewed.length} renewals, killed: ${round.kills.join(', ')}`);
  expect(round.renewed).toHaveLength(200);
  await expectNothingLost(platform, round);
}, 420_000);
