import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { registerReadyCheck } from '../runtime/health.ts';
import { pause } from '../runtime/pause.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';
import { installTemporalRuntime } from './temporal-runtime.ts';

const connectDelayMaxMs = 5_000;

// The roles of one process share it: a connection multiplexes any number of workers.
let connecting: Promise<NativeConnection> | undefined;

async function connect({ config, logger, temporal }: PlatformParts): Promise<NativeConnection> {
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, connectDelayMaxMs)) {
    try {
      await temporal.check();
      return await NativeConnection.connect({ address: config.temporalAddress });
    } catch (error) {
      logger.warn({ err: error, address: config.temporalAddress }, 'Temporal does not answer yet');
      await pause(delayMs);
    }
  }
}

/** Polls until shutdown. A worker that stops by itself takes its process with it, so that a fresh one replaces it. */
export async function startTemporalWorker(
  parts: PlatformParts,
  options: { name: string } & Omit<WorkerOptions, 'connection' | 'namespace'>,
): Promise<void> {
  const { config, logger, temporal } = parts;
  const { name, ...rest } = options;
  let worker: Worker | null = null;
  registerReadyCheck(name, async () => {
    if (worker?.getState() !== 'RUNNING') throw new Error(`the worker is ${worker?.getState() ?? 'starting'}`);
  });
  registerReadyCheck('temporal', () => temporal.check());
  installTemporalRuntime(logger);
  connecting ??= connect(parts);
  worker = await Worker.create({ ...rest, connection: await connecting, namespace: config.temporalNamespace });
  let isStopping = false;
  const running = worker.run().catch((error: unknown) => {
    logger.fatal({ err: error, worker: name }, 'worker failed');
    if (!isStopping) process.exit(1);
    throw error;
  });
  // Before intents are drained: what finishes here may still owe some.
  onShutdown('stop-accepting', name, () => {
    isStopping = true;
    worker.shutdown();
    return running;
  });
  logger.info({ worker: name, taskQueue: rest.taskQueue }, 'worker polls');
}
