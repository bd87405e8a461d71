import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../describe-error.ts';
import { ensureCached, type Progress } from '../fetch-component.ts';
import { temporaryRoot } from '../paths.ts';
import { findFreePort, releasePorts } from '../ports.ts';
import { waitUntil } from '../wait-until.ts';
import type { KafkaBinaries } from './kafka-binaries.ts';
import { type Broker, brokerArguments, checkKafka, configureBroker, formatStorage } from './kafka-broker.ts';

async function recordClasses(kafka: KafkaBinaries, broker: Broker, archive: string): Promise<void> {
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
  if (!existsSync(archive)) throw new Error('Java wrote no class archive');
}

/** The archive holds the classes of one short life, so a broker lives it: started, asked, stopped. */
async function train(kafka: KafkaBinaries, archive: string): Promise<void> {
  const dir = mkdtempSync(join(temporaryRoot(), 'redcore-kafka-'));
  const broker = { dir, port: await findFreePort(), controllerPort: await findFreePort() };
  try {
    await recordClasses(kafka, broker, archive);
  } finally {
    releasePorts([broker.port, broker.controllerPort]);
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * A class-data archive halves the time to ready. It belongs to one Java and one class path, hence the key.
 * A Java that cannot write one (some trimmed runtimes) starts Kafka without it.
 */
export async function ensureClassArchive(kafka: KafkaBinaries, onProgress: Progress): Promise<string | undefined> {
  const hash = createHash('sha256').update(`${kafka.javaVersion}\n${kafka.classPath}`).digest('hex').slice(0, 12);
  try {
    const folder = await ensureCached({
      key: `kafka-classes-${hash}`,
      announce: 'Preparing Kafka to start faster (once)',
      onProgress,
      fill: (target) => train(kafka, join(target, 'kafka.jsa')),
    });
    return join(folder, 'kafka.jsa');
  } catch (error) {
    onProgress(`Kafka starts without its class archive: ${describeError(error)}`);
    return undefined;
  }
}
