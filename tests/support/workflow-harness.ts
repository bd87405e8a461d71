import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { BillingActivities } from '../../activities/billing-activities.ts';
import type { PaymentActivities } from '../../activities/payment-activities.ts';
import type { SubscriptionEngine } from '../../adapters/engine/port.ts';
import { createTemporalEngine, workflowIdOf } from '../../adapters/engine/temporal/temporal-engine.ts';
import type { WorkflowRef } from '../../billing/steps/next-step.ts';
import { ensureTemporalTestServer } from '../../stack/components/temporal-test-server.ts';
import { loadWorkflowBundle } from '../../workers/workflow-bundle.ts';

const searchAttributes = ['TenantId', 'CustomerId', 'PlanId', 'SubscriptionStatus'];
// INDEXED_VALUE_TYPE_KEYWORD of the server's API.
const keyword = 2;

export interface TestActivities {
  billing: Partial<BillingActivities>;
  payments: Partial<PaymentActivities>;
  /** Each is served on its queue `provider-<name>`; two tests at once need two names. */
  providers: readonly string[];
}

export interface RunningWorkers {
  taskQueue: string;
  engine: SubscriptionEngine;
  stop(): Promise<void>;
}

export interface WorkflowHarness {
  environment: TestWorkflowEnvironment;
  /** The skipped clock, which every date of a test must come from. */
  now: () => Promise<number>;
  /** Moves the clock on; what falls due on the way happens in order. */
  skip: (ms: number) => Promise<void>;
  /** On a queue of their own, or on the one of workers that were stopped. */
  startWorkers(activities: TestActivities, taskQueue?: string): Promise<RunningWorkers>;
  /** A further process that sends starts and wakes to these workers. */
  engineFor(taskQueue: string): SubscriptionEngine;
  /** What the chain's last run returned; skips time until then. */
  result(ref: WorkflowRef): Promise<unknown>;
  describe(ref: WorkflowRef): Promise<WorkflowExecutionDescription>;
  isOpen(ref: WorkflowRef): Promise<boolean>;
  runIdOf(ref: WorkflowRef): Promise<string>;
  /** Whatever is open, as an operator would; nothing where nothing is. */
  terminateOpen(ref: WorkflowRef): Promise<void>;
  stop(): Promise<void>;
}

// The server answers for ever with failing tasks if an attribute it was not told about is written.
async function registerSearchAttributes(environment: TestWorkflowEnvironment): Promise<void> {
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes: Object.fromEntries(searchAttributes.map((name) => [name, keyword])),
  });
}

async function startWorker(options: {
  environment: TestWorkflowEnvironment;
  taskQueue: string;
  activities: object;
  workflowBundle?: WorkflowBundleOption;
}): Promise<() => Promise<void>> {
  const { environment, ...rest } = options;
  const worker = await Worker.create({
    ...rest,
    connection: environment.nativeConnection,
    namespace: environment.namespace,
    maxCachedWorkflows: 100,
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

/** The time-skipping server with the real workflow on it. One per test file, stopped in `afterAll`. */
export async function startWorkflowHarness(): Promise<WorkflowHarness> {
  const path = await ensureTemporalTestServer(() => undefined);
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await registerSearchAttributes(environment);
  const workflowBundle = await loadWorkflowBundle();

  const { client } = environment;
  const handleOf = (ref: WorkflowRef) => client.workflow.getHandle(workflowIdOf(ref));
  const engineFor = (taskQueue: string) => createTemporalEngine({ client, taskQueue });

  async function terminateOpen(ref: WorkflowRef): Promise<void> {
    try {
      await handleOf(ref).terminate('by the test');
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async function isOpen(ref: WorkflowRef): Promise<boolean> {
    try {
      return (await handleOf(ref).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async function startWorkers(
    activities: TestActivities,
    taskQueue = `billing-${crypto.randomUUID()}`,
  ): Promise<RunningWorkers> {
    const stops = await Promise.all([
      startWorker({ environment, taskQueue, workflowBundle, activities: activities.billing }),
      ...activities.providers.map((name) =>
        startWorker({ environment, taskQueue: `provider-${name}`, activities: activities.payments }),
      ),
    ]);
    return {
      taskQueue,
      engine: engineFor(taskQueue),
      stop: async () => {
        await Promise.all(stops.map((stop) => stop()));
      },
    };
  }

  return {
    environment,
    now: () => environment.currentTimeMs(),
    skip: (ms) => environment.sleep(ms),
    startWorkers,
    engineFor,
    result: (ref) => handleOf(ref).result(),
    describe: (ref) => handleOf(ref).describe(),
    runIdOf: async (ref) => (await handleOf(ref).describe()).runId,
    isOpen,
    terminateOpen,
    stop: () => environment.teardown(),
  };
}
