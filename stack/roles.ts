import { join } from 'node:path';
import type { Role } from '../runtime/config.ts';
import { checkoutDir, nodeBinary } from './paths.ts';
import { type ProcessDeath, type ProcessSpec, SupervisedProcess } from './supervised-process.ts';

export type RoleName = Role | 'sandbox-provider';

export type RoleProcess = Pick<
  SupervisedProcess,
  'name' | 'pid' | 'kill' | 'stop' | 'restart' | 'exited' | 'logFile' | 'isRunning'
> & { url: string };

export const separateRoles = [
  'api',
  'webhooks',
  'billing-worker',
  'payment-worker',
  'relay',
  'forwarder',
  'identity',
] as const satisfies readonly Role[];

const readyTimeoutMs = 5_000;

async function checkRole(url: string): Promise<void> {
  const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(readyTimeoutMs) });
  const body = await response.text();
  if (!response.ok) throw new Error(`/health/ready answers ${response.status} ${body.slice(0, 300)}`);
}

class RunningRole extends SupervisedProcess {
  readonly url: string;

  constructor(spec: ProcessSpec, onDied: (death: ProcessDeath) => void, url: string) {
    super(spec, onDied);
    this.url = url;
  }
}

/** Starts `workers/<role>.ts` as its own process and returns once its `/health/ready` answers 200. */
export async function startRole(
  role: RoleName,
  env: NodeJS.ProcessEnv,
  options: { logFile: string; port: number; name?: string; onDied?: (death: ProcessDeath) => void },
): Promise<RoleProcess> {
  const { logFile, port, name = role, onDied = () => undefined } = options;
  const url = `http://127.0.0.1:${port}`;
  const running = new RunningRole(
    {
      name,
      command: nodeBinary,
      // kafkajs waits for negative times, which newer Node versions warn about once per process.
      args: ['--disable-warning=TimeoutNegativeWarning', join('workers', `${role}.ts`)],
      cwd: checkoutDir,
      env: {
        // The owner's address is for migrations and commands: a role never sees it, not even by inheritance.
        DATABASE_URL: undefined,
        ...env,
        REDCORE_HOST: '127.0.0.1',
        REDCORE_PORT: String(port),
        REDCORE_PARENT_PID: String(process.pid),
      },
      logFile,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 30_000,
      startTimeoutMs: 90_000,
      ready: () => checkRole(url),
    },
    onDied,
    url,
  );
  await running.start();
  return running;
}
