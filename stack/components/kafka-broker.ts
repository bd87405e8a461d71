import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { runClient } from '../fetch-component.ts';
import type { KafkaBinaries } from './kafka-binaries.ts';

export type Broker = { dir: string; port: number; controllerPort: number };

const jvmFlags = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];

const logging = `<Configuration status="warn"><Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c)%n"/></Console></Appenders>
<Loggers><Root level="warn"><AppenderRef ref="out"/></Root><Logger name="kafka.server.KafkaRaftServer" level="info"/></Loggers></Configuration>
`;

function listProperties({ dir, port, controllerPort }: Broker): Record<string, string | number> {
  return {
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
}

function propertiesFile(broker: Broker): string {
  return join(broker.dir, 'server.properties');
}

/** Writes the broker's files anew, its ports may have moved; returns Java's flags for it. */
export function configureBroker(broker: Broker): string[] {
  mkdirSync(broker.dir, { recursive: true, mode: 0o700 });
  const lines = Object.entries(listProperties(broker)).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(propertiesFile(broker), lines.join(''));
  const loggingFile = join(broker.dir, 'log4j2.xml');
  writeFileSync(loggingFile, logging);
  return [...jvmFlags, `-Dlog4j2.configurationFile=${loggingFile}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
}

export function brokerArguments(kafka: KafkaBinaries, broker: Broker, flags: readonly string[]): string[] {
  return [...flags, '-cp', kafka.classPath, 'kafka.Kafka', propertiesFile(broker)];
}

export async function formatStorage(kafka: KafkaBinaries, broker: Broker, flags: readonly string[]): Promise<void> {
  if (existsSync(join(broker.dir, 'log', 'meta.properties'))) return;
  // One id in 64 begins with a dash, which would read as an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'a');
  const format = ['format', '-t', clusterId, '-c', propertiesFile(broker), '--ignore-formatted'];
  await runClient(kafka.java, [...flags, '-cp', kafka.classPath, 'kafka.tools.StorageTool', ...format]);
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
