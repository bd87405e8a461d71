import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBillingActivities } from '../activities/billing-activities.ts';
import { createPaymentActivities } from '../activities/payment-activities.ts';
import { createTemporalEngine, workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import { isInfrastructureError } from '../db/database.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { readStart } from '../pipelines/deliver-wake.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from './support/billing-life.ts';
import { firstRunOf, keepHistory, shapeOf } from './support/recorded-histories.ts';
import { stackEnv } from './support/stack-env.ts';
import { openTemporalWorkers, type TemporalWorkers } from './support/temporal-workers.ts';

closePoolsAfterAll();

let workers: TemporalWorkers;
beforeAll(async () => {
  const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
  workers = await openTemporalWorkers({ address, namespace });
});
afterAll(() => workers.close());

/** A subscription at its first boundary, with a provider queue nobody else serves. */
async function atBoundary() {
  const life = await openLife();
  const { id } = await life.subscribe();
  const provider = `sandbox-${randomUUID()}`;
  await life.owner`update payment_methods set provider = ${provider} where tenant_id = ${life.tenantId}`;
  life.skipTo((await life.sub(id)).periodEndAt ?? 0);
  return { life, id, provider };
}

/** The next charge waits at the provider until it is let go. */
function holdCharge(life: BillingLife) {
  const { charge } = life.provider;
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  life.provider.charge = async (request) => {
    reached.resolve();
    await held.promise;
    return charge.call(life.provider, request);
  };
  return { reached: reached.promise, release: () => held.resolve() };
}

interface Scenario {
  name: string;
  shape: string;
  status: string;
  arrange?: (life: BillingLife, id: SubscriptionId) => unknown;
  isWokenDuringCharge?: boolean;
}

const scenarios: Scenario[] = [
  { name: 'verbs-renewed', shape: 'local chargeAttempt done asleep', status: 'active' },
  {
    name: 'verbs-declined',
    shape: 'local chargeAttempt done asleep',
    status: 'past_due',
    arrange: (life) => life.provider.script({ next: ['decline:generic_decline'] }),
  },
  {
    name: 'verbs-woken-during-charge',
    shape: 'local chargeAttempt woken done local asleep',
    status: 'active',
    isWokenDuringCharge: true,
  },
  {
    name: 'verbs-parked',
    shape: 'local noteStepFailure done asleep',
    status: 'active',
    arrange: (life, id) => life.owner`delete from subscription_anchors where subscription_id = ${id}`,
  },
];

it.each(scenarios)('a renewal by the real verbs, $name: $shape', async (scenario) => {
  const { name, shape, status, arrange, isWokenDuringCharge } = scenario;
  const { life, id, provider } = await atBoundary();
  await arrange?.(life, id);
  const ref = { tenantId: life.tenantId, subscriptionId: id };
  const parts = { context: life.context, isInfrastructureError };
  const taskQueue = `billing-${randomUUID()}`;
  const engine = createTemporalEngine({ client: workers.client, taskQueue });
  const stops = await Promise.all([
    workers.runBillingWorker(taskQueue, createBillingActivities(parts)),
    workers.runPaymentWorker(provider, createPaymentActivities(parts)),
  ]);
  try {
    const start = await readStart(life.context.database, ref);
    if (!start) throw new Error('nothing to start');
    const charge = isWokenDuringCharge ? holdCharge(life) : null;
    await engine.start(start);
    await charge?.reached;
    if (charge) await engine.wake(ref);
    charge?.release();
    const history = await firstRunOf(workers.client, workflowIdOf(ref));
    expect(shapeOf(history)).toBe(shape);
    expect(await life.sub(id)).toMatchObject({ status });
    expect((await life.sub(id)).parkedAt !== null).toBe(name === 'verbs-parked');
    keepHistory(name, history);
  } finally {
    await workers.client.workflow.getHandle(workflowIdOf(ref)).terminate();
    await Promise.all(stops.map((stop) => stop()));
  }
});
