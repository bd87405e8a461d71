import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiHarness, startApiHarness } from './support/api-harness.ts';
import { runFuzzRound } from './support/fuzz-round.ts';
import { stackEnv } from './support/stack-env.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

it('answers what the OpenAPI document lets one think of, and worse, with no 5xx and no word too many', async () => {
  const round = await runFuzzRound(api, { seed: Number(stackEnv().seed), count: 900, everyNth: 20 });
  expect(round.cases).toBeGreaterThanOrEqual(900);
  expect(round.statuses[200], JSON.stringify(round.statuses)).toBeGreaterThan(20);
  expect(round.statuses[400]).toBeGreaterThan(100);
});
