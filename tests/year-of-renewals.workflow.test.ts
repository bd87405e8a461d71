import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSubscription } from '../billing/subscriptions/create-subscription.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { type FixturePools, openFixturePools } from './support/billing-fixture.ts';
import { stackEnv } from './support/stack-env.ts';
import { startWorkflowHarness, type WorkflowHarness } from './support/workflow-harness.ts';
import { openWorkflowLife, type WorkflowLife } from './support/workflow-life.ts';

const dayMs = 86_400_000;
let pools: FixturePools;
let harness: WorkflowHarness;
let life: WorkflowLife;

beforeAll(async () => {
  const { databaseUrl: ownerUrl, appDatabaseUrl: appUrl } = stackEnv();
  pools = openFixturePools({ ownerUrl, appUrl });
  harness = await startWorkflowHarness();
  life = await openWorkflowLife(harness, pools);
});
afterAll(async () => {
  await life.stop();
  await harness.stop();
  await pools.close();
});

it('wakes once per boundary, charges each period once, in order, and sleeps in between', async () => {
  const planId = await life.makePlan();
  const { customerId } = await life.makeCustomer();
  const answer = await createSubscription(life.context, life.call, {
    ...{ customerId, planId, paymentMethodId: null, startDate: null, trialPeriodDays: null },
    ...{ quantity: 1, metadata: {}, allowIncomplete: false, groupId: null },
  });
  const { subscription_id: id } = answer.body as { subscription_id: SubscriptionId };
  const ref = { tenantId: life.tenantId, subscriptionId: id };
  await expect.poll(() => harness.isOpen(ref)).toBe(true);
  await harness.skip(366 * dayMs);

  const runs = await pools.owner<{ status: string; lateMs: number }[]>`
    select status, extract(epoch from opened_at - boundary_at)::int * 1000 as late_ms from billing_runs
    where tenant_id = ${life.tenantId} and subscription_id = ${id} order by boundary_at`;
  expect(runs.map(({ status }) => status)).toEqual(Array.from({ length: 13 }, () => 'settled'));
  expect(Math.max(...runs.map(({ lateMs }) => lateMs))).toBeLessThan(5_000);
  const page = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
  expect(page.charges.map(({ status }) => status)).toEqual(Array.from({ length: 13 }, () => 'succeeded'));
  expect(await harness.describe(ref)).toMatchObject({
    memo: { state: expect.stringMatching(/^active/), lastResult: 'Paid 19.99 USD' },
    searchAttributes: { SubscriptionStatus: ['active'] },
  });
});
