import { createBillingActivities } from '../activities/billing-activities.ts';
import { createReconcilerActivities } from '../activities/reconciler-activities.ts';
import { measureBacklog } from '../adapters/engine/temporal/measure-backlog.ts';
import { ensureReconcilerSchedule } from '../adapters/engine/temporal/reconciler-schedule.ts';
import { isInfrastructureError, openDatabase } from '../db/database.ts';
import { createAuditChain } from '../pipelines/audit/audit-chain.ts';
import { startErasures } from '../pipelines/erase-tenants.ts';
import { describeReconciled, reconcileOverdue } from '../pipelines/reconcile.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { billingTaskQueue, type PlatformParts } from './platform-parts.ts';
import { startTemporalWorker } from './temporal-worker.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';

/** Workflows, the steps of the database they take as local activities, and the round of the safety net. */
export async function startBillingWorker(parts: PlatformParts): Promise<void> {
  const { context, config, temporal } = parts;
  const queue = { client: temporal.client, taskQueue: billingTaskQueue };
  const billingBacklog = () => measureBacklog(queue);
  const reconcile = async () => describeReconciled(await reconcileOverdue({ system: parts.system, billingBacklog }));
  await startTemporalWorker(parts, {
    name: 'billing-worker',
    taskQueue: billingTaskQueue,
    workflowBundle: await loadWorkflowBundle(),
    activities: {
      ...createBillingActivities({ context, isInfrastructureError, chargesInLine: config.chargesInLine }),
      ...createReconcilerActivities({ reconcile }),
    },
    // A run is a few tasks within a second or so: more than those under way need no memory.
    maxCachedWorkflows: 400,
    maxConcurrentWorkflowTaskExecutions: 40,
    // Steps beyond the pool would wait for a connection with their deadline running.
    maxConcurrentLocalActivityExecutions: config.databasePoolMax * 2,
    maxConcurrentActivityTaskExecutions: config.databasePoolMax * 2,
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 2, initial: 4, maximum: 20 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: 10 },
    shutdownGraceTime: '10s',
  });
  await ensureReconcilerSchedule(queue);
  const leader = openDatabase(config.systemDatabaseUrl, { max: 1, name: 'redcore-erasure' });
  const chain = createAuditChain(config.sealKeys);
  const erasures = startErasures({ context, system: parts.system, leader, chain, logger: parts.logger });
  onShutdown('drain', 'erasures', async () => {
    await erasures.stop();
    await leader.end({ timeout: 5 });
  });
}
