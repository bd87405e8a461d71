import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SubscriptionEngine } from '../adapters/engine/port.ts';
import { createTemporalEngine, workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import type { NextStep } from '../billing/steps/next-step.ts';
import { firstRunOf, keepHistory, shapeOf } from './support/recorded-histories.ts';
import * as scripted from './support/scripted-row.ts';
import { stackEnv } from './support/stack-env.ts';
import { openTemporalWorkers, type TemporalWorkers } from './support/temporal-workers.ts';

let workers: TemporalWorkers;

beforeAll(async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
  workers = await openTemporalWorkers({ address, namespace });
});
afterAll(() => workers.close());

type Row = scripted.ScriptedRow;
type Live = (row: Row, engine: SubscriptionEngine) => Promise<unknown>;

interface Scenario {
  name: string;
  shape: string;
  decide: (row: Row) => Row['decide'];
  charge?: () => Promise<NextStep>;
  live?: Live;
}

const monthMs = 30 * 86_400_000;
const attributes = { status: 'past_due', planId: 'plan_2', customerId: 'cus_1' };
const asleep = () => scripted.sleepFor(monthMs);
const chargeFirst = (row: Row) => (look: number) => (look === 1 ? row.charge() : asleep());
const held = scripted.holdCharge(async () => Date.now());

const scenarios: Scenario[] = [
  { name: 'renewal', shape: 'local chargeAttempt done asleep', decide: chargeFirst, charge: async () => asleep() },
  { name: 'woken', shape: 'woken local asleep', decide: () => asleep, live: (row, engine) => engine.wake(row.ref) },
  {
    name: 'woken-during-charge',
    shape: 'local chargeAttempt woken done local asleep',
    decide: chargeFirst,
    charge: held.chargeAttempt,
    live: async (row, engine) => {
      await engine.start(row.start(0));
      await expect.poll(() => held.started.length).toBe(1);
      await engine.wake(row.ref);
      held.release();
    },
  },
  {
    name: 'failing-step',
    shape: 'local noteStepFailure done asleep',
    decide: () => () => Promise.reject(scripted.stepFailure('invariant broken: an invoice has lines')),
  },
  {
    name: 'failing-charge',
    shape: 'local chargeAttempt failed noteStepFailure done asleep',
    decide: chargeFirst,
    charge: () => Promise.reject(scripted.stepFailure('No such method')),
  },
  {
    name: 'charge-not-carried-out',
    shape: 'local chargeAttempt failed local asleep',
    decide: (row) => () => row.charge(),
    charge: () => Promise.reject(ApplicationFailure.create({ type: 'ProviderNotReached', nonRetryable: true })),
  },
  {
    name: 'database-away',
    shape: 'local takeStep done asleep',
    decide: () => (look) =>
      look === 1 ? Promise.reject(scripted.infrastructureFailure('connection refused')) : asleep(),
  },
  {
    name: 'other-attributes',
    shape: 'local asleep',
    decide: () => () => scripted.sleepFor(monthMs, attributes),
  },
  {
    name: 'ended',
    shape: 'local memo attributes ended',
    decide: () => () => ({ kind: 'ended', summary: 'Ended: canceled', shown: scripted.shown, changed: attributes }),
  },
  {
    name: 'step-of-a-newer-release',
    shape: 'local asleep',
    decide: () => () => ({ kind: 'hibernate', summary: 'Not known here' }) as unknown as NextStep,
  },
  {
    name: 'asked-to-cancel',
    shape: 'cancel-requested local asleep',
    decide: () => asleep,
    live: async (row, engine) => {
      await engine.start(row.start(3_600_000));
      await workers.client.workflow.getHandle(workflowIdOf(row.ref)).cancel();
    },
  },
];

it.each(scenarios)('a run of the kind $name: $shape', async ({ name, shape, decide, charge, live }) => {
  const row = scripted.createScriptedRow(async () => Date.now());
  row.decide = decide(row);
  const taskQueue = `billing-${randomUUID()}`;
  const engine = createTemporalEngine({ client: workers.client, taskQueue });
  const stops = await Promise.all([
    workers.runBillingWorker(taskQueue, row.billing),
    workers.runPaymentWorker(row.provider, { chargeAttempt: charge ?? (async () => asleep()) }),
  ]);
  try {
    await (live ? live(row, engine) : engine.start(row.start(0)));
    const history = await firstRunOf(workers.client, workflowIdOf(row.ref));
    expect(shapeOf(history)).toBe(shape);
    keepHistory(name, history);
  } finally {
    if (name !== 'ended') await workers.client.workflow.getHandle(workflowIdOf(row.ref)).terminate();
    await Promise.all(stops.map((stop) => stop()));
  }
});
