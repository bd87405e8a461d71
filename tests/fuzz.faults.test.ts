import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiHarness, startApiHarness } from './support/api-harness.ts';
import { runFuzzRound } from './support/fuzz-round.ts';
import { stackEnv } from './support/stack-env.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

it('answers 10,000 requests made from the OpenAPI document with no 5xx and no word too many (F19)', async () => {
  const round = await runFuzzRound(api, { seed: Number(stackEnv().seed), count: 10_000, everyNth: 2 });
  console.log(`${round.cases} cases of ${round.operations} operations, by status: ${JSON.stringify(round.statuses)}`);
  expect(round.cases).toBeGreaterThanOrEqual(10_000);
  expect(round.operations).toBeGreaterThan(70);
  for (const status of [200, 400, 401, 404]) expect(round.statuses[status], String(status)).toBeGreaterThan(50);
});
