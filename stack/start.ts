import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { buildPortals } from './build-portals.ts';
import { portalLinkCommand, seedInBackground } from './demo/seed-in-background.ts';
import { writeDemoEnvironment } from './demo-env.ts';
import { describeError } from './describe-error.ts';
import { dataDir, demoEnvFile, logDir } from './paths.ts';
import { defaultPorts } from './ports.ts';
import { resetData } from './reset-data.ts';
import { type Everything, startEverything } from './start-everything.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const usage = 'Usage: npm start [-- --reset] [-- --roles] [-- --empty] [-- --free-ports]';

function say(line: string): void {
  console.log(line);
}

function summarise({ platform, stack, environment }: Everything, elapsedMs: number, hasDemoData: boolean): string {
  const demoLogin: [string, string] = [
    '  with demo data',
    `${environment.DEMO_LOGIN}, password ${environment.DEMO_PASSWORD}`,
  ];
  const rows: [string, string][] = [
    ['API', platform.apiUrl],
    ['API reference', `${platform.apiUrl}/docs`],
    ['Admin portal', `${platform.apiUrl}/admin/`],
    ...(hasDemoData ? [demoLogin] : []),
    ['  empty, for the tour', `${environment.ADMIN_LOGIN}, password ${environment.ADMIN_PASSWORD}`],
    ['Customer portal', `${platform.apiUrl}/portal/ (by a link: ${portalLinkCommand})`],
    ['Temporal UI', stack.temporalUiUrl || '(an outside server)'],
    ['Sandbox provider', platform.sandboxProviderUrl],
    ['PostgreSQL', new URL(stack.databaseUrl).host],
    ['Kafka', stack.kafkaBrokers.join(', ')],
    ['Redis', stack.redisUrl],
    ['Processes', platform.roles.map((role) => `${role.name} (${role.pid})`).join(', ')],
    ['Data', stack.dataDir],
    ['Logs', stack.logDir],
    ['Addresses and keys', demoEnvFile],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  return `\nRedCore is ready (${(elapsedMs / 1000).toFixed(1)} s).\n\n${lines.join('\n')}\n\nCtrl-C stops everything; the data stays.`;
}

type Flags = { reset: boolean; roles: boolean; empty: boolean; 'free-ports': boolean };

async function start(options: Flags): Promise<void> {
  const startedAt = performance.now();
  const running: { everything?: Everything } = {};
  const signals = stopOnSignals({
    say,
    stopAll: async () => {
      if (running.everything === undefined) return;
      rmSync(demoEnvFile, { force: true });
      await running.everything.stop();
    },
  });
  if (options.reset) await resetData();
  await buildPortals(say);
  const everything = await startEverything({
    dataDir: dataDir(),
    logDir,
    preferredPorts: options['free-ports'] ? {} : defaultPorts,
    external: true,
    roles: options.roles ? 'each' : 'all-in-one',
    onProgress: say,
    onGivenUp: (sentence) => void signals.stop(sentence, 1),
  });
  running.everything = everything;
  writeDemoEnvironment(demoEnvFile, everything.environment);
  say(summarise(everything, performance.now() - startedAt, !options.empty));
  if (options.empty) return;
  const { environment } = everything;
  await seedInBackground({ environment, dataDir: dataDir(), say, isStopping: signals.isStopping });
}

function readFlags(): Flags {
  try {
    const { values } = parseArgs({
      options: {
        reset: { type: 'boolean', default: false },
        roles: { type: 'boolean', default: false },
        /** Without demo data. */
        empty: { type: 'boolean', default: false },
        /** None of the usual ports: any free ones, the same again at the next start. */
        'free-ports': { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${describeError(error)}. ${usage}`);
    process.exit(2);
  }
}

const flags = readFlags();
try {
  assertEnvironment();
  await start(flags);
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
