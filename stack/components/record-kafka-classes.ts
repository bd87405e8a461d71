import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryRoot } from '../paths.ts';
import { findFreePort, releasePorts } from '../ports.ts';
import { waitUntil } from '../wait-until.ts';
import type { KafkaBinaries } from './kafka-binaries.ts';
import { type Broker, brokerArguments, checkKafka, configureBroker, formatStorage } from './kafka-broker.ts';

async function liveOnce(kafka: KafkaBinaries, broker: Broker, archive: string): Promise<void> {
  const flags = configureBroker(broker);
  await formatStorage(kafka, broker, flags);
  const args = brokerArguments(kafka, broker, [...flags, `-XX:ArchiveClassesAtExit=${archive}`]);
  const child = spawn(kafka.java, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    await waitUntil({
      what: 'Kafka',
      probe: () => checkKafka([`127.0.0.1:${broker.port}`]),
      timeoutMs: 60_000,
      abort: () => (child.exitCode === null ? undefined : 'Kafka ended while its classes were recorded'),
    });
  } finally {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(timer);
  }
}

/** The archive holds the classes of one short life, so a broker lives it: started, asked, stopped. */
export async function recordKafkaClasses(kafka: KafkaBinaries, archive: string): Promise<void> {
  const dir = mkdtempSync(join(temporaryRoot(), 'redcore-kafka-'));
  const broker = { dir, port: await findFreePort(), controllerPort: await findFreePort() };
  try {
    await liveOnce(kafka, broker, archive);
  } finally {
    releasePorts([broker.port, broker.controllerPort]);
    rmSync(dir, { recursive: true, force: true });
  }
}
