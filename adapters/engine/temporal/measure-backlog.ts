import type { Client } from '@temporalio/client';

// TASK_QUEUE_TYPE_WORKFLOW and TASK_QUEUE_TYPE_ACTIVITY of the server's API.
const queueTypes = [1, 2];
const answeredWithinMs = 5_000;

/** Workflow and activity tasks that wait for a worker of this queue; approximate, as the server says. */
export async function measureBacklog(parts: { client: Client; taskQueue: string }): Promise<number> {
  const { client, taskQueue } = parts;
  const answers = await client.withDeadline(Date.now() + answeredWithinMs, () =>
    Promise.all(
      queueTypes.map((taskQueueType) =>
        client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: taskQueue },
          taskQueueType,
          reportStats: true,
        }),
      ),
    ),
  );
  return answers.reduce((sum, { stats }) => sum + Number(stats?.approximateBacklogCount ?? 0), 0);
}
