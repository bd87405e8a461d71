import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ComponentName, componentNames, outsideAddress } from './components/component.ts';
import { type ComponentAddresses, prepareComponent, temporalNamespace, useOutside } from './components/registry.ts';
import { claimDataFolder, noteWatchdog, releaseDataFolder } from './data-folder.ts';
import type { Progress } from './fetch-component.ts';
import { createPortPicker, type PreferredPorts } from './ports.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { type ProcessDeath, SupervisedProcess } from './supervised-process.ts';
import { processWatchdog } from './watchdog.ts';

export type StackAddresses = ComponentAddresses & { temporalNamespace: string };

export type StackComponent = Pick<
  SupervisedProcess,
  'name' | 'pid' | 'kill' | 'stop' | 'restart' | 'exited' | 'logFile'
>;

export type LocalStack = StackAddresses & {
  /** Those started here; one with an outside address is not among them. */
  components: StackComponent[];
  component(name: ComponentName): StackComponent;
  secrets: Secrets;
  dataDir: string;
  logDir: string;
  stop(): Promise<void>;
};

export type LocalStackOptions = {
  dataDir: string;
  logDir: string;
  preferredPorts?: PreferredPorts;
  /** Whether REDCORE_EXTERNAL_* addresses are used where given. */
  external: boolean;
  only?: readonly ComponentName[];
  onProgress?: Progress;
  /** A component ended that nobody stopped. */
  onDied?: (death: ProcessDeath) => void;
};

const nowhere: ComponentAddresses = {
  databaseUrl: '',
  temporalAddress: '',
  temporalUiUrl: '',
  kafkaBrokers: [],
  redisUrl: '',
};

type Started = { address: Partial<ComponentAddresses>; process?: SupervisedProcess };

/**
 * Starts the components side by side and returns once each of them answers. All of them end with this process:
 * by `stop()`, or by the watchdog if it dies without a word.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { dataDir, logDir, only = componentNames, onProgress = () => undefined } = options;
  await claimDataFolder(dataDir);
  mkdirSync(logDir, { recursive: true });
  noteWatchdog(dataDir, processWatchdog().pid);
  const secrets = loadSecrets(dataDir);
  const ports = createPortPicker({
    preferred: options.preferredPorts ?? {},
    file: join(dataDir, 'ports.json'),
    onMoved: onProgress,
  });
  const setting = { dataDir, logDir, ports, secrets, onProgress };
  const processes: SupervisedProcess[] = [];
  const onDied = options.onDied ?? ((death: ProcessDeath) => onProgress(describeDeath(death)));

  async function start(name: ComponentName): Promise<Started> {
    const outside = options.external ? outsideAddress(name) : undefined;
    if (outside !== undefined) return { address: await useOutside(name, outside) };
    const prepared = await prepareComponent[name](setting);
    const supervised = new SupervisedProcess(prepared.process, onDied);
    processes.push(supervised);
    await supervised.start();
    await prepared.afterStart?.();
    return { address: prepared.address, process: supervised };
  }

  async function stop(): Promise<void> {
    await Promise.all(processes.map((running) => running.stop()));
    releaseDataFolder(dataDir);
  }

  const results = await Promise.allSettled(only.map(start));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const addresses = Object.assign({ ...nowhere }, ...started.map((one) => one.address)) as ComponentAddresses;
  return {
    ...addresses,
    temporalNamespace,
    components: processes,
    component(name) {
      const found = processes.find((running) => running.name === name);
      if (found === undefined) throw new Error(`${name} was not started by this stack`);
      return found;
    },
    secrets,
    dataDir,
    logDir,
    stop,
  };
}

export function describeDeath({ name, cause, reason, logFile }: ProcessDeath): string {
  return `${name} died (${cause})${reason === undefined ? '' : `: ${reason}`} (log ${logFile}).`;
}
