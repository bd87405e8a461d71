import { createBillingActivities } from '../../activities/billing-activities.ts';
import { createPaymentActivities } from '../../activities/payment-activities.ts';
import type { SubscriptionEngine } from '../../adapters/engine/port.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { createIntentSender } from '../../pipelines/send-intents.ts';
import { type BillingFixture, type FixturePools, openTenantFixture } from './billing-fixture.ts';
import type { WorkflowHarness } from './workflow-harness.ts';

export interface WorkflowLife extends Omit<BillingFixture, 'close'> {
  engine: SubscriptionEngine;
  stop(): Promise<void>;
}

/**
 * One tenant with the real verbs on PostgreSQL, carried out by the real workflow on the time-skipping server, whose clock is
 * also that of every transaction. What verbs owe to the engine is delivered as in production.
 */
export async function openWorkflowLife(harness: WorkflowHarness, pools: FixturePools): Promise<WorkflowLife> {
  const fixture = await openTenantFixture(pools, harness.now);
  const { context } = fixture;
  const parts = { context, isInfrastructureError };
  const workers = await harness.startWorkers({
    billing: createBillingActivities(parts),
    payments: createPaymentActivities(parts),
    providers: ['sandbox'],
  });
  const intents = createIntentSender({ database: context.database, engine: workers.engine, concurrency: 8 });
  context.sendIntents = (owed) => intents.sendIntents(owed);
  return {
    ...fixture,
    engine: workers.engine,
    async stop() {
      await intents.drain(5_000);
      await workers.stop();
    },
  };
}
