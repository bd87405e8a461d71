import { createPaymentActivities } from '../activities/payment-activities.ts';
import { isInfrastructureError } from '../db/database.ts';
import type { PlatformParts } from './platform-parts.ts';
import { limitsOfProvider } from './provider-limits.ts';
import { startTemporalWorker } from './temporal-worker.ts';

/** A queue and a worker per provider, so that a slow provider fills only its own. */
export async function startPaymentWorker(parts: PlatformParts): Promise<void> {
  const activities = createPaymentActivities({ context: parts.context, isInfrastructureError });
  const starting = parts.providers.names().map((provider) => {
    const { queued, perSecond } = limitsOfProvider(provider, parts.config);
    return startTemporalWorker(parts, {
      name: `payment-worker ${provider}`,
      taskQueue: `provider-${provider}`,
      activities,
      maxConcurrentActivityTaskExecutions: queued,
      maxTaskQueueActivitiesPerSecond: perSecond,
      activityTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 4, maximum: 20 },
      // A call cut off here would be an attempt of unknown outcome: most answer within seconds.
      shutdownGraceTime: '15s',
    });
  });
  await Promise.all(starting);
}
