import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScriptedRow, ended, shown, sleepFor } from '../../../tests/support/scripted-row.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { openTemporalWorkers, type TemporalWorkers } from '../../../tests/support/temporal-workers.ts';
import { describeEngineContract } from '../contract.ts';
import { createTemporalEngine, workflowIdOf } from './temporal-engine.ts';

let workers: TemporalWorkers;

// Before the hooks of the contract, which need it.
beforeAll(async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
  workers = await openTemporalWorkers({ address, namespace });
});
afterAll(() => workers.close());

describeEngineContract('Temporal', async (look) => {
  const taskQueue = `billing-${randomUUID()}`;
  const takeStep = async (ref: Parameters<typeof look>[0]) => {
    const next = await look(ref);
    return next === 'ended' ? ended : sleepFor(next.sleepMs);
  };
  const steps = { takeStep, takePaymentStep: takeStep, takeRefundStep: takeStep };
  const close = await workers.runBillingWorker(taskQueue, steps);
  return { engine: createTemporalEngine({ client: workers.client, taskQueue }), close };
});

describe('what Temporal keeps', () => {
  it('shows memo, attributes and the date of waking of a sleeper, and hands them from run to run', async () => {
    const row = createScriptedRow(async () => Date.now());
    row.decide = (look) =>
      sleepFor(3_650 * 86_400_000, look === 2 ? { status: 'past_due', planId: 'plan_2', customerId: 'cus_1' } : null);
    const taskQueue = `billing-${randomUUID()}`;
    const stop = await workers.runBillingWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: workers.client, taskQueue });
    const handle = workers.client.workflow.getHandle(workflowIdOf(row.ref));
    try {
      await engine.start(row.start(3_600_000));
      for (const status of ['active', 'past_due', 'past_due']) {
        const { runId } = await handle.describe();
        await engine.wake(row.ref);
        await expect.poll(async () => (await handle.describe()).runId).not.toBe(runId);
        const sleeping = await handle.describe();
        expect(sleeping).toMatchObject({
          memo: shown,
          searchAttributes: { TenantId: [row.ref.tenantId], CustomerId: ['cus_1'], SubscriptionStatus: [status] },
          priority: { fairnessKey: row.ref.tenantId },
        });
        expect((sleeping.executionTime?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_649 * 86_400_000);
      }
    } finally {
      await handle.terminate();
      await stop();
    }
  });

  it('has its attributes again after a wake started it from nothing', async () => {
    const row = createScriptedRow(async () => Date.now());
    row.decide = () => sleepFor(3_600_000, { status: 'active', planId: 'plan_1', customerId: 'cus_1' });
    const taskQueue = `billing-${randomUUID()}`;
    const stop = await workers.runBillingWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: workers.client, taskQueue });
    const handle = workers.client.workflow.getHandle(workflowIdOf(row.ref));
    try {
      await engine.wake(row.ref);
      await expect
        .poll(async () => (await handle.describe()).searchAttributes)
        .toMatchObject({ CustomerId: ['cus_1'], PlanId: ['plan_1'], SubscriptionStatus: ['active'] });
    } finally {
      await handle.terminate();
      await stop();
    }
  });

  it('goes on after a cancellation in the engine: only the row ends a subscription', async () => {
    const row = createScriptedRow(async () => Date.now());
    row.decide = (look) => (look < 3 ? sleepFor(1_000) : ended);
    const taskQueue = `billing-${randomUUID()}`;
    const stop = await workers.runBillingWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: workers.client, taskQueue });
    const handle = workers.client.workflow.getHandle(workflowIdOf(row.ref));
    try {
      await engine.start(row.start(3_600_000));
      await handle.cancel();
      await expect(handle.result()).resolves.toBe(ended.summary);
      expect(row.looks).toHaveLength(3);
    } finally {
      await stop();
    }
  });

  it('tells the sender of a wake that nobody accepted it, so that the intent stays', async () => {
    const row = createScriptedRow(async () => Date.now());
    const taskQueue = `billing-${randomUUID()}`;
    const engine = createTemporalEngine({ client: workers.client, taskQueue, acceptedWithinMs: 500 });
    await expect(engine.wake(row.ref)).rejects.toThrow();
    await workers.client.workflow.getHandle(workflowIdOf(row.ref)).terminate();
  });
});
