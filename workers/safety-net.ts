import { createReconcilerActivities, type ReconcilerActivities } from '../activities/reconciler-activities.ts';
import { measureBacklog } from '../adapters/engine/temporal/measure-backlog.ts';
import { ensureReconcilerSchedule } from '../adapters/engine/temporal/reconciler-schedule.ts';
import { describeReconciled, reconcileOverdue } from '../pipelines/reconcile.ts';
import { pause } from '../runtime/pause.ts';
import { billingTaskQueue, type PlatformParts } from './platform-parts.ts';

const scheduleRetryDelayMs = 2_000;

/** The step of the workflow that looks for subscriptions nobody is awake for. */
export function createSafetyNetActivities({ system, temporal }: PlatformParts): ReconcilerActivities {
  const billingBacklog = () => measureBacklog({ client: temporal.client, taskQueue: billingTaskQueue });
  return createReconcilerActivities({
    reconcile: async () => describeReconciled(await reconcileOverdue({ system, billingBacklog })),
  });
}

/** Resolves once the engine is set to start that workflow every minute. */
export async function hangSafetyNet({ temporal, logger }: PlatformParts): Promise<void> {
  for (;;) {
    try {
      return await ensureReconcilerSchedule({ client: temporal.client, taskQueue: billingTaskQueue });
    } catch (error) {
      logger.warn({ err: error }, 'the reconciler has no schedule yet');
      await pause(scheduleRetryDelayMs);
    }
  }
}
