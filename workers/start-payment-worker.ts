import { createPaymentActivities } from '../activities/payment-activities.ts';
import { isInfrastructureError } from '../db/database.ts';
import type { PlatformParts } from './platform-parts.ts';
import { startTemporalWorker } from './temporal-worker.ts';

interface QueueLimits {
  /** Calls under way in this process. */
  concurrency: number;
  /** Calls per second of all payment workers together; the engine holds the rest back. */
  perSecond: number;
}

const limitsByProvider: Readonly<Record<string, QueueLimits>> = {
  sandbox: { concurrency: 100, perSecond: 1_000 },
};
const limitsOfOthers: QueueLimits = { concurrency: 50, perSecond: 100 };

/** A queue and a worker per provider, so that a slow provider fills only its own. */
export async function startPaymentWorker(parts: PlatformParts): Promise<void> {
  const activities = createPaymentActivities({ context: parts.context, isInfrastructureError });
  const starting = parts.providers.names().map((provider) => {
    const { concurrency, perSecond } = limitsByProvider[provider] ?? limitsOfOthers;
    return startTemporalWorker(parts, {
      name: `payment-worker ${provider}`,
      taskQueue: `provider-${provider}`,
      activities,
      maxConcurrentActivityTaskExecutions: concurrency,
      maxTaskQueueActivitiesPerSecond: perSecond,
      activityTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 4, maximum: 20 },
      // A call cut off here would be an attempt of unknown outcome: most answer within seconds.
      shutdownGraceTime: '15s',
    });
  });
  await Promise.all(starting);
}
