import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCanaries, runCanaryRound } from './support/canary-round.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { stackEnv } from './support/stack-env.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

it('keeps cards, keys and credentials out of every place, from every field of every route', async () => {
  const options = { seed: Number(stackEnv().seed), everyNth: 1, canaries: makeCanaries() };
  const { sent, statuses, found } = await runCanaryRound(platform, options);
  console.log(`${sent} requests, by status: ${JSON.stringify(statuses)}; searched: ${JSON.stringify(found.counts)}`);
  expect(found.violations).toEqual([]);
  expect(statuses[500]).toBeUndefined();
});
