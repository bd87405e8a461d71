import { expect, it, onTestFinished } from 'vitest';
import { startApiHarness } from './support/api-harness.ts';
import { closePoolsAfterAll } from './support/billing-life.ts';
import { runKeyRound } from './support/key-round.ts';
import { runRefundRound } from './support/refund-round.ts';
import { runRetryRound } from './support/retry-round.ts';
import { runSlowProviderRound } from './support/slow-provider-round.ts';
import { stackEnv } from './support/stack-env.ts';
import { runUnknownRound } from './support/unknown-round.ts';

closePoolsAfterAll();

const seed = Number(stackEnv().seed);

it(`F2–F4: lost answers are resolved under one key and within its window (seed ${seed})`, async () => {
  let sends = 0;
  for (let round = 0; round < 3; round += 1) sends += (await runUnknownRound(seed + round)).sends;
  expect(sends).toBeGreaterThan(0);
});

it(`F28: a provider that hangs holds its own places and nobody else’s (seed ${seed})`, async () => {
  const { paid, queued, deferred } = await runSlowProviderRound(seed);
  expect(Math.min(paid, queued, deferred)).toBeGreaterThan(0);
});

it(`F22, F23: many ask for one payment at once, and it is one attempt (seed ${seed})`, async () => {
  const api = await startApiHarness();
  onTestFinished(() => api.stop());
  for (let round = 0; round < 3; round += 1) {
    expect((await runRetryRound(api, seed + round)).clicks).toBeGreaterThanOrEqual(8);
  }
});

it(`F22: one key many times at once, with another body and by another tenant (seed ${seed})`, async () => {
  const api = await startApiHarness();
  onTestFinished(() => api.stop());
  let waited = 0;
  for (let round = 0; round < 3; round += 1) waited += (await runKeyRound(api, seed + round)).waited;
  expect(waited).toBeGreaterThan(0);
});

it(`F23: many give parts of a payment back at once, and never more than was captured (seed ${seed})`, async () => {
  const api = await startApiHarness();
  onTestFinished(() => api.stop());
  const rounds = await Promise.all([0, 1, 2].map((round) => runRefundRound(api, seed + round)));
  expect(Math.max(...rounds.map(({ refunded }) => refunded))).toBeGreaterThan(0);
});
