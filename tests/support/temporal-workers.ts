import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectTemporal } from '../../runtime/temporal-connection.ts';
import { loadWorkflowBundle } from '../../workers/workflow-bundle.ts';

export interface TemporalWorkers {
  client: Client;
  /** With the real workflows; resolves once it polls. Stop it before the end of the test that started it. */
  runBillingWorker(taskQueue: string, activities: object): Promise<() => Promise<void>>;
  runPaymentWorker(provider: string, activities: object): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Workers inside the test process, on the Temporal server of the test's stack. */
export async function openTemporalWorkers(of: { address: string; namespace: string }): Promise<TemporalWorkers> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const temporal = await connectTemporal(of);
  const connection = await NativeConnection.connect({ address: of.address });

  async function run(options: Parameters<typeof Worker.create>[0]): Promise<() => Promise<void>> {
    const worker = await Worker.create({ ...options, connection, namespace: of.namespace, maxCachedWorkflows: 100 });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  }

  return {
    client: temporal.client,
    runBillingWorker: async (taskQueue, activities) =>
      run({ taskQueue, activities, workflowBundle: await loadWorkflowBundle() }),
    runPaymentWorker: (provider, activities) => run({ taskQueue: `provider-${provider}`, activities }),
    async close() {
      await temporal.close();
      await connection.close();
    },
  };
}
