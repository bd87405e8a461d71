import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../describe-error.ts';
import { ensureCached, type Progress } from '../fetch-component.ts';
import type { KafkaBinaries } from './kafka-binaries.ts';
import { recordKafkaClasses } from './record-kafka-classes.ts';

/**
 * A class-data archive halves the time to ready. It belongs to one Java and one class path, hence the key.
 * A Java that cannot write one (some trimmed runtimes) starts Kafka without it, and is not asked again.
 */
export async function ensureClassArchive(kafka: KafkaBinaries, onProgress: Progress): Promise<string | undefined> {
  const hash = createHash('sha256').update(`${kafka.javaVersion}\n${kafka.classPath}`).digest('hex').slice(0, 12);
  try {
    const folder = await ensureCached({
      key: `kafka-classes-${hash}`,
      announce: 'Preparing Kafka to start faster (once)',
      onProgress,
      fill: (target) => recordKafkaClasses(kafka, join(target, 'kafka.jsa')),
    });
    const archive = join(folder, 'kafka.jsa');
    return existsSync(archive) ? archive : undefined;
  } catch (error) {
    onProgress(`Kafka starts without its class archive: ${describeError(error)}`);
    return undefined;
  }
}
