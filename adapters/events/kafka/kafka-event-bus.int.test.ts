import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { findFreePort } from '../../../stack/ports.ts';
import { stackEnv } from '../../../tests/support/stack-env.ts';
import { describeEventBusContract } from '../contract.ts';
import { createKafkaEventBus } from './kafka-event-bus.ts';

const logger = createLogger('test', { level: 'silent' });
const weekMs = 604_800_000;

describeEventBusContract('Apache Kafka', async () => {
  const bus = createKafkaEventBus({ brokers: stackEnv().kafkaBrokers, clientId: 'contract', logger });
  return { bus, close: () => bus.close() };
});

it('keeps topics and their dead letters for seven days, and lifts what is below without undoing other settings', async () => {
  const brokers = stackEnv().kafkaBrokers;
  const bus = createKafkaEventBus({ brokers, clientId: 'topics', logger, partitionsMin: 3 });
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [fresh, old] = [`fresh-${randomUUID()}`, `old-${randomUUID()}`];
    const configEntries = [
      { name: 'retention.ms', value: '1000' },
      { name: 'segment.bytes', value: '1048576' },
    ];
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: old, numPartitions: 1, configEntries }] });
    await bus.ensureTopics([fresh, old]);
    const names = [fresh, `${fresh}.dlt`, old, `${old}.dlt`];
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    const setting = (topic: string, name: string) =>
      resources
        .find(({ resourceName }) => resourceName === topic)
        ?.configEntries.find(({ configName }) => configName === name)?.configValue;
    for (const name of names) expect(Number(setting(name, 'retention.ms'))).toBe(weekMs);
    expect(setting(old, 'segment.bytes')).toBe('1048576');
    const { topics } = await admin.fetchTopicMetadata({ topics: [fresh, old] });
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
  } finally {
    await admin.disconnect();
    await bus.close();
  }
});

it('rejects a publish within its deadline while no broker answers', async () => {
  const bus = createKafkaEventBus({
    brokers: [`127.0.0.1:${await findFreePort()}`],
    clientId: 'away',
    logger,
    publishTimeoutMs: 1_500,
  });
  const startedAt = performance.now();
  await expect(bus.publish([{ topic: 'any', key: 'a', value: '1' }])).rejects.toThrow();
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await expect(bus.check()).rejects.toThrow();
  await bus.close();
});
