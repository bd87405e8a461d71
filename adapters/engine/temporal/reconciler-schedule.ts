import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';

/** Makes the engine start the safety net's workflow every minute. Repeatable, by every billing worker that starts. */
export async function ensureReconcilerSchedule(parts: {
  client: Client;
  taskQueue: string;
  scheduleId?: string;
}): Promise<void> {
  const { client, taskQueue, scheduleId = 'reconciler' } = parts;
  const definition: Omit<ScheduleOptions, 'scheduleId'> = {
    spec: { intervals: [{ every: '1 minute' }] },
    // A round that finds no worker waits for one; those due meanwhile would only repeat it.
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: { type: 'startWorkflow', workflowType: 'reconcile', workflowId: scheduleId, taskQueue, args: [] },
  };
  try {
    await client.schedule.create({ scheduleId, ...definition });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update(({ state }) => ({ ...definition, state }));
  }
}
