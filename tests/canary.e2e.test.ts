import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCanaries, runCanaryRound, searchEverywhere } from './support/canary-round.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { stackEnv } from './support/stack-env.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

it('keeps cards, keys and credentials out of logs, tables, topics, Redis and workflows', async () => {
  const canaries = makeCanaries();
  const { sent, statuses, unreached, found } = await runCanaryRound(platform, {
    seed: Number(stackEnv().seed),
    everyNth: 8,
    canaries,
  });
  expect(found.violations).toEqual([]);
  expect(sent).toBeGreaterThan(500);
  // Those about what no call of a tenant makes: users, notifications, sessions, attempts.
  expect(unreached.length, unreached.join()).toBeLessThan(16);
  expect(statuses[500], JSON.stringify(statuses)).toBeUndefined();
  expect(found.counts).toMatchObject({ logFiles: expect.any(Number), columns: expect.any(Number) });
  expect(Math.min(...Object.values(found.counts))).toBeGreaterThan(0);
});

it('would find one: a text that does belong into a table is seen there', async () => {
  const { rest } = await platform.makeTenant();
  const marker = `marker-${Date.now()}`;
  await rest.post('/v1/customers', { email: 'ada@example.com', name: marker });
  const { violations } = await searchEverywhere(platform, [marker]);
  expect(violations.map(({ row }) => row)).toContainEqual(
    expect.objectContaining({ place: 'database', table: 'customers', column: 'name' }),
  );
});
