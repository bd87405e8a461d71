import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiHarness, startApiHarness } from './support/api-harness.ts';
import { closePoolsAfterAll } from './support/billing-life.ts';
import { runKeyRound } from './support/key-round.ts';
import { runRefundRound } from './support/refund-round.ts';
import { runRetryRound } from './support/retry-round.ts';
import { runSlowProviderRound } from './support/slow-provider-round.ts';
import { stackEnv } from './support/stack-env.ts';
import { runUnknownRound } from './support/unknown-round.ts';

closePoolsAfterAll();

const repetitions = 50;
const firstSeed = Number(stackEnv().seed);
const seeds = Array.from({ length: repetitions }, (_, round) => firstSeed + round);

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

it(`F2–F4: ${repetitions} × lost answers are resolved under one key and within its window (seeds from ${firstSeed})`, async () => {
  let [sends, reviews] = [0, 0];
  for (const seed of seeds) {
    const round = await runUnknownRound(seed);
    sends += round.sends;
    reviews += round.reviews;
  }
  console.info(`seeds ${firstSeed}–${seeds.at(-1)}: ${sends} sends, ${reviews} attempts left to a person`);
  expect(sends).toBeGreaterThan(repetitions * 3);
});

it(`F22, F23: ${repetitions} × many ask for one payment at once, and it is one attempt (seeds from ${firstSeed})`, async () => {
  const outcomes = new Map<string, number>();
  let clicks = 0;
  for (const seed of seeds) {
    const round = await runRetryRound(api, seed);
    clicks += round.clicks;
    outcomes.set(round.outcome, (outcomes.get(round.outcome) ?? 0) + 1);
  }
  console.info(`seeds ${firstSeed}–${seeds.at(-1)}: ${clicks} clicks; ${JSON.stringify(Object.fromEntries(outcomes))}`);
  expect(outcomes.size).toBeGreaterThan(1);
});

it(`F22: ${repetitions} × one key fifty times at once, with another body and by another tenant (seeds from ${firstSeed})`, async () => {
  const outcomes = new Map<string, number>();
  let waited = 0;
  for (const seed of seeds) {
    const round = await runKeyRound(api, seed);
    waited += round.waited;
    outcomes.set(round.outcome, (outcomes.get(round.outcome) ?? 0) + 1);
  }
  console.info(
    `seeds ${firstSeed}–${seeds.at(-1)}: ${waited} told to wait; ${JSON.stringify(Object.fromEntries(outcomes))}`,
  );
  expect(outcomes.size).toBeGreaterThan(1);
});

/** Rounds that are mostly waiting for a provider. */
const atOnce = 5;

it(`F23: ${repetitions} × many give parts of payments back at once, and never more than was captured (seeds from ${firstSeed})`, async () => {
  const left = [...seeds];
  let [clicks, refunded] = [0, 0];
  async function runRounds(): Promise<void> {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const round = await runRefundRound(api, seed);
      clicks += round.clicks;
      refunded += round.refunded;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runRounds));
  console.info(`seeds ${firstSeed}–${seeds.at(-1)}: ${clicks} clicks, ${refunded} refunds`);
  expect(refunded).toBeGreaterThan(repetitions);
});

it(`F28: ${repetitions} × a provider that hangs leaves the other unaffected (seeds from ${firstSeed})`, async () => {
  let paid = 0;
  for (const seed of seeds) paid += (await runSlowProviderRound(seed)).paid;
  console.info(`seeds ${firstSeed}–${seeds.at(-1)}: ${paid} renewals paid beside the one that hangs`);
  expect(paid).toBeGreaterThanOrEqual(repetitions * 6);
});
