import { join } from 'node:path';
import { findFreePort } from '../ports.ts';
import { type ComponentSetting, obtain, type PreparedComponent } from './component.ts';
import { findKafka } from './kafka-binaries.ts';
import { brokerArguments, checkKafka, configureBroker, formatStorage } from './kafka-broker.ts';
import { ensureClassArchive } from './kafka-class-archive.ts';

export type KafkaAddress = { kafkaBrokers: string[] };

export async function prepareKafka(setting: ComponentSetting): Promise<PreparedComponent<KafkaAddress>> {
  const what = { name: 'kafka', label: 'Apache Kafka', install: 'install Maven and Java 17' } as const;
  const kafka = await obtain(what, () => findKafka(setting.onProgress));
  const archive = await ensureClassArchive(kafka, setting.onProgress);
  const broker = {
    dir: join(setting.dataDir, 'kafka'),
    port: await setting.ports.pick('kafka'),
    controllerPort: await findFreePort(),
  };
  const archiveFlags = archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'];
  const flags = [...configureBroker(broker), ...archiveFlags];
  await formatStorage(kafka, broker, flags);
  const kafkaBrokers = [`127.0.0.1:${broker.port}`];
  return {
    address: { kafkaBrokers },
    process: {
      name: 'kafka',
      command: kafka.java,
      args: brokerArguments(kafka, broker, flags),
      cwd: broker.dir,
      logFile: join(setting.logDir, 'kafka.log'),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
      startTimeoutMs: 90_000,
      ready: () => checkKafka(kafkaBrokers),
    },
  };
}
