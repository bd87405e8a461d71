import { randomUUID } from 'node:crypto';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ReconcilerActivities } from '../../../activities/reconciler-activities.ts';
import { connectTemporal, type TemporalConnection } from '../../../runtime/temporal-connection.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { loadWorkflowBundle } from '../../../workers/workflow-bundle.ts';
import { measureBacklog } from './measure-backlog.ts';
import { ensureReconcilerSchedule } from './reconciler-schedule.ts';

const taskQueue = `reconciler-${randomUUID()}`;
const scheduleId = taskQueue;
let temporal: TemporalConnection;

Runtime.install({ logger: new DefaultLogger('WARN') });

beforeAll(async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
  temporal = await connectTemporal({ address, namespace });
});
afterAll(async () => {
  await temporal.client.schedule.getHandle(scheduleId).delete();
  await temporal.close();
});

it('starts a round of the safety net every minute, however often it is set up', async () => {
  const { client } = temporal;
  await ensureReconcilerSchedule({ client, taskQueue, scheduleId });
  const schedule = client.schedule.getHandle(scheduleId);
  await schedule.pause('an operator’s decision');
  await ensureReconcilerSchedule({ client, taskQueue, scheduleId });
  const { spec, state, policies } = await schedule.describe();
  expect(spec.intervals).toMatchObject([{ every: 60_000 }]);
  expect(policies.overlap).toBe('SKIP');
  expect(state).toMatchObject({ paused: true, note: 'an operator’s decision' });

  await schedule.trigger();
  await vi.waitFor(async () => expect(await measureBacklog({ client, taskQueue })).toBe(1), { timeout: 30_000 });
  const connection = await NativeConnection.connect({ address: stackEnv().temporalAddress });
  const activities: ReconcilerActivities = { reconcileOverdue: async () => 'Nobody overslept' };
  const workflowBundle = await loadWorkflowBundle();
  const { temporalNamespace: namespace } = stackEnv();
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle, activities });
  await worker.runUntil(async () => {
    const { info } = await vi.waitFor(
      async () => {
        const described = await schedule.describe();
        expect(described.info.recentActions).toHaveLength(1);
        return described;
      },
      { timeout: 20_000 },
    );
    const action = info.recentActions[0]?.action;
    expect(action?.type).toBe('startWorkflow');
    expect(await client.workflow.getHandle(action?.workflow.workflowId ?? '').result()).toBe('Nobody overslept');
  });
  await connection.close();
  await vi.waitFor(async () => expect(await measureBacklog({ client, taskQueue })).toBe(0), { timeout: 30_000 });
});
