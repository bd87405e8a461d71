import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ComponentName,
  type ComponentSetting,
  componentNames,
  outsideAddress,
  outsideVariables,
  type PreparedComponent,
} from './components/component.ts';
import { checkKafka, prepareKafka } from './components/kafka.ts';
import { checkPostgres, preparePostgres } from './components/postgres.ts';
import { pingRedis, prepareRedis } from './components/redis.ts';
import { ensureTemporalNamespace, prepareTemporal, temporalNamespace } from './components/temporal.ts';
import { claimDataFolder, noteWatchdog, releaseDataFolder } from './data-folder.ts';
import type { Progress } from './fetch-component.ts';
import { createPortPicker, type PreferredPorts } from './ports.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { type ProcessDeath, type SupervisedProcess, superviseProcess } from './supervised-process.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

export type StackAddresses = {
  /** The owner's role: migrations and commands only. */
  databaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
  temporalUiUrl: string;
  kafkaBrokers: string[];
  redisUrl: string;
};

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
  watchdog: Watchdog;
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

type Addresses = Omit<StackAddresses, 'temporalNamespace'>;

const nowhere: Addresses = { databaseUrl: '', temporalAddress: '', temporalUiUrl: '', kafkaBrokers: [], redisUrl: '' };

const prepare: Record<ComponentName, (setting: ComponentSetting) => Promise<PreparedComponent<Partial<Addresses>>>> = {
  postgres: preparePostgres,
  temporal: prepareTemporal,
  kafka: prepareKafka,
  redis: prepareRedis,
};

async function useOutside(name: ComponentName, address: string): Promise<Partial<Addresses>> {
  try {
    switch (name) {
      case 'postgres':
        await checkPostgres(address);
        return { databaseUrl: address };
      case 'temporal':
        await ensureTemporalNamespace(address);
        return { temporalAddress: address, temporalUiUrl: process.env['REDCORE_EXTERNAL_TEMPORAL_UI_URL'] ?? '' };
      case 'kafka': {
        const kafkaBrokers = address.split(',').map((broker) => broker.trim());
        await checkKafka(kafkaBrokers);
        return { kafkaBrokers };
      }
      case 'redis':
        await pingRedis(address);
        return { redisUrl: address };
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} does not answer at ${outsideVariables[name]} (${reason}).`, { cause: error });
  }
}

type Started = { address: Partial<Addresses>; process?: SupervisedProcess };

/**
 * Starts the components side by side and returns once each of them answers. All of them end with this process:
 * by `stop()`, or by the watchdog if it dies without a word.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { dataDir, logDir, only = componentNames, onProgress = () => undefined } = options;
  await claimDataFolder(dataDir);
  mkdirSync(logDir, { recursive: true });
  const watchdog = startWatchdog();
  noteWatchdog(dataDir, watchdog.pid);
  const secrets = loadSecrets(dataDir);
  const ports = createPortPicker({
    preferred: options.preferredPorts ?? {},
    file: join(dataDir, 'ports.json'),
    onMoved: onProgress,
  });
  const setting = { dataDir, logDir, ports, secrets, onProgress };
  const processes: SupervisedProcess[] = [];
  const surroundings = {
    watchdog,
    onDied: options.onDied ?? ((death: ProcessDeath) => onProgress(describeDeath(death))),
  };

  async function start(name: ComponentName): Promise<Started> {
    const outside = options.external ? outsideAddress(name) : undefined;
    if (outside !== undefined) return { address: await useOutside(name, outside) };
    const prepared = await prepare[name](setting);
    const supervised = superviseProcess(prepared.process, surroundings);
    processes.push(supervised);
    await supervised.start();
    await prepared.afterStart?.();
    return { address: prepared.address, process: supervised };
  }

  async function stop(): Promise<void> {
    await Promise.all(processes.map((running) => running.stop()));
    watchdog.dismiss();
    releaseDataFolder(dataDir);
  }

  const results = await Promise.allSettled(only.map(start));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const addresses = Object.assign({ ...nowhere }, ...started.map((one) => one.address)) as Addresses;
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
    watchdog,
    stop,
  };
}

export function describeDeath(death: ProcessDeath): string {
  const last = death.lastLine === '' ? '' : `, last line "${death.lastLine}"`;
  return `${death.name} died (${death.cause}${last}; log ${death.logFile}).`;
}
