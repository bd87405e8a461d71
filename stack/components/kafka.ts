import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { runClient } from '../fetch-component.ts';
import { temporaryRoot } from '../paths.ts';
import { findFreePort, releasePorts } from '../ports.ts';
import { waitUntil } from '../wait-until.ts';
import { type ComponentSetting, obtain, type PreparedComponent } from './component.ts';
import { ensureClassArchive, findKafka, type KafkaBinaries } from './kafka-binaries.ts';

export type KafkaAddress = { kafkaBrokers: string[] };

type Broker = { dir: string; port: number; controllerPort: number };

const jvmFlags = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];

const quietArchive = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off'];

const logging = `<Configuration status="warn"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="warn"><AppenderRef ref="out"/></Root><Logger name="kafka.server.KafkaRaftServer" level="info"/></Loggers></Configuration>
`;

function serverProperties({ dir, port, controllerPort }: Broker): string {
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'log'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function writeConfiguration(broker: Broker): { properties: string; loggingFlag: string } {
  mkdirSync(broker.dir, { recursive: true, mode: 0o700 });
  const properties = join(broker.dir, 'server.properties');
  writeFileSync(properties, serverProperties(broker));
  const loggingFile = join(broker.dir, 'log4j2.xml');
  writeFileSync(loggingFile, logging);
  return { properties, loggingFlag: `-Dlog4j2.configurationFile=${loggingFile}` };
}

async function formatStorage(kafka: KafkaBinaries, broker: Broker, flags: readonly string[]): Promise<void> {
  if (existsSync(join(broker.dir, 'log', 'meta.properties'))) return;
  const clusterId = randomBytes(16).toString('base64url');
  const format = ['format', '-t', clusterId, '-c', join(broker.dir, 'server.properties'), '--ignore-formatted'];
  await runClient(kafka.java, [...flags, '-cp', kafka.classPath, 'kafka.tools.StorageTool', ...format]);
}

/** The archive holds the classes of one short life, so this broker lives it: started, asked, stopped. */
async function trainClassArchive(kafka: KafkaBinaries, archive: string): Promise<void> {
  const dir = mkdtempSync(join(temporaryRoot(), 'redcore-kafka-'));
  const broker = { dir, port: await findFreePort(), controllerPort: await findFreePort() };
  try {
    const { properties, loggingFlag } = writeConfiguration(broker);
    await formatStorage(kafka, broker, [...jvmFlags, loggingFlag]);
    const flags = [...jvmFlags, loggingFlag, `-XX:ArchiveClassesAtExit=${archive}`, ...quietArchive];
    const child = spawn(kafka.java, [...flags, '-cp', kafka.classPath, 'kafka.Kafka', properties], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), 90_000);
    try {
      await waitUntil({
        what: 'Kafka',
        probe: () => checkKafka([`127.0.0.1:${broker.port}`]),
        timeoutMs: 60_000,
        abort: () => (child.exitCode === null ? undefined : 'Kafka ended while its classes were recorded'),
      });
    } finally {
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    if (!existsSync(archive)) throw new Error('Java wrote no class archive');
  } finally {
    releasePorts([broker.port, broker.controllerPort]);
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function checkKafka(brokers: readonly string[]): Promise<void> {
  const kafka = new Kafka({
    clientId: 'redcore-stack',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0, initialRetryTime: 100 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.controller === null) throw new Error('no controller is elected yet');
  } finally {
    await admin.disconnect();
  }
}

export async function prepareKafka(setting: ComponentSetting): Promise<PreparedComponent<KafkaAddress>> {
  const { onProgress } = setting;
  const what = { name: 'kafka', label: 'Apache Kafka', install: 'install Maven and Java 17' } as const;
  const kafka = await obtain(what, () => findKafka(onProgress));
  const archive = await ensureClassArchive(kafka, (file) => trainClassArchive(kafka, file), onProgress);
  const archiveFlags =
    archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', ...quietArchive];
  const broker = {
    dir: join(setting.dataDir, 'kafka'),
    port: await setting.ports.pick('kafka'),
    controllerPort: await findFreePort(),
  };
  const { properties, loggingFlag } = writeConfiguration(broker);
  const flags = [...jvmFlags, loggingFlag, ...archiveFlags];
  await formatStorage(kafka, broker, flags);
  const kafkaBrokers = [`127.0.0.1:${broker.port}`];
  return {
    address: { kafkaBrokers },
    process: {
      name: 'kafka',
      command: kafka.java,
      args: [...flags, '-cp', kafka.classPath, 'kafka.Kafka', properties],
      cwd: broker.dir,
      logFile: join(setting.logDir, 'kafka.log'),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
      startTimeoutMs: 90_000,
      ready: () => checkKafka(kafkaBrokers),
    },
  };
}
