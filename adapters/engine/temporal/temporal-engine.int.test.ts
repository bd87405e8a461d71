import { randomUUID } from 'node:crypto';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTemporal, type TemporalConnection } from '../../../runtime/temporal-connection.ts';
import { createScriptedRow, ended, shown, sleepFor } from '../../../tests/support/scripted-row.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { loadWorkflowBundle } from '../../../workers/workflow-bundle.ts';
import { describeEngineContract } from '../contract.ts';
import { createTemporalEngine, workflowIdOf } from './temporal-engine.ts';

const { temporalAddress, temporalNamespace } = stackEnv();
let connection: TemporalConnection;
let native: NativeConnection;

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

async function runWorker(taskQueue: string, activities: object): Promise<() => Promise<void>> {
  native ??= await NativeConnection.connect({ address: temporalAddress });
  const worker = await Worker.create({
    connection: native,
    namespace: temporalNamespace,
    taskQueue,
    workflowBundle: await loadWorkflowBundle(),
    activities,
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

beforeAll(async () => {
  connection ??= await connectTemporal({ address: temporalAddress, namespace: temporalNamespace });
});
afterAll(async () => {
  await connection.close();
  await native.close();
});

describeEngineContract('Temporal', async (look) => {
  connection ??= await connectTemporal({ address: temporalAddress, namespace: temporalNamespace });
  const taskQueue = `billing-${randomUUID()}`;
  const close = await runWorker(taskQueue, {
    takeStep: async (ref: Parameters<typeof look>[0]) => {
      const next = await look(ref);
      return next === 'ended' ? ended : sleepFor(next.sleepMs);
    },
  });
  return { engine: createTemporalEngine({ client: connection.client, taskQueue }), close };
});

describe('what Temporal keeps', () => {
  it('shows memo, attributes and the date of waking of a sleeper, and hands them from run to run', async () => {
    const row = createScriptedRow(async () => Date.now());
    row.decide = (look) =>
      sleepFor(3_650 * 86_400_000, look === 2 ? { status: 'past_due', planId: 'plan_2', customerId: 'cus_1' } : null);
    const taskQueue = `billing-${randomUUID()}`;
    const stop = await runWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: connection.client, taskQueue });
    const handle = connection.client.workflow.getHandle(workflowIdOf(row.ref));
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
    const stop = await runWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: connection.client, taskQueue });
    const handle = connection.client.workflow.getHandle(workflowIdOf(row.ref));
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
    const stop = await runWorker(taskQueue, row.billing);
    const engine = createTemporalEngine({ client: connection.client, taskQueue });
    const handle = connection.client.workflow.getHandle(workflowIdOf(row.ref));
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
    const engine = createTemporalEngine({ client: connection.client, taskQueue, acceptedWithinMs: 500 });
    await expect(engine.wake(row.ref)).rejects.toThrow();
    await connection.client.workflow.getHandle(workflowIdOf(row.ref)).terminate();
  });
});
