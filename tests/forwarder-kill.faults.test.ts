import { afterAll, beforeAll, expect, it } from 'vitest';
import { runForwarderKillRound } from './support/forwarder-kill-round.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

it('F8: applies every notification once and in order while the forwarder is killed every 5 s', async () => {
  const round = await runForwarderKillRound(platform, { killsMax: 50, everyMs: 5_000, withinMs: 700_000 });
  console.info(`${round.kills} kills, ${round.charges} charges`);
  expect(round.kills).toBe(50);
});
