import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';

// A name Node does not find in this CommonJS package when it runs unbuilt.
const { ConfigResourceTypes } = kafkajs;

const retentionMsMin = 7 * 24 * 60 * 60 * 1_000;

interface Wanted {
  topic: string;
  partitions: number;
}

/** Creates what is missing and lifts what is below the minimum; never takes anything away. */
export async function ensureTopics(admin: Admin, names: readonly string[], partitionsMin: number): Promise<void> {
  const wanted = names.flatMap((topic): Wanted[] => [
    { topic, partitions: partitionsMin },
    { topic: `${topic}.dlt`, partitions: 1 },
  ]);
  const known = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !known.has(topic));
  if (missing.length > 0) {
    // False when another process was first: then all of it exists.
    await admin.createTopics({
      waitForLeaders: true,
      timeout: 20_000,
      topics: missing.map(({ topic, partitions }) => ({
        topic,
        numPartitions: partitions,
        configEntries: [
          { name: 'retention.ms', value: String(retentionMsMin) },
          { name: 'cleanup.policy', value: 'delete' },
        ],
      })),
    });
  }
  const existing = wanted.filter(({ topic }) => known.has(topic));
  if (existing.length === 0) return;
  await raisePartitions(admin, existing);
  await raiseRetention(admin, existing);
}

async function raisePartitions(admin: Admin, existing: readonly Wanted[]): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: existing.map(({ topic }) => topic) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  const short = existing.filter(({ topic, partitions }) => (counts.get(topic) ?? partitions) < partitions);
  if (short.length === 0) return;
  await admin.createPartitions({
    topicPartitions: short.map(({ topic, partitions }) => ({ topic, count: partitions })),
  });
}

async function raiseRetention(admin: Admin, existing: readonly Wanted[]): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: existing.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic })),
  });
  const short = resources.filter(({ configEntries }) => {
    const retentionMs = Number(configEntries.find((entry) => entry.configName === 'retention.ms')?.configValue);
    return retentionMs !== -1 && retentionMs < retentionMsMin;
  });
  if (short.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: short.map(({ resourceName, configEntries }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: resourceName,
      // The request replaces every override of the topic: what else was set must be said again.
      configEntries: [
        ...configEntries
          .filter((entry) => !entry.isDefault && entry.configName !== 'retention.ms')
          .map((entry) => ({ name: entry.configName, value: entry.configValue })),
        { name: 'retention.ms', value: String(retentionMsMin) },
      ],
    })),
  });
}
