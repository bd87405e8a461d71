import { createRequire } from 'node:module';
import type { Producer } from 'kafkajs';
import { expect, it } from 'vitest';
import { producerRetry } from './connect-kafka.ts';

const require = createRequire(import.meta.url);
// The library's producer on a cluster of two brokers that is played here: it tells no other way what becomes of a moved leader.
const createProducer = require('kafkajs/src/producer/index.js') as (options: object) => Producer;
const partitioners = require('kafkajs/src/producer/partitioners/index.js') as { DefaultPartitioner: unknown };
const { KafkaJSProtocolError } = require('kafkajs/src/errors.js') as {
  KafkaJSProtocolError: new (error: object) => Error;
};

const silent: Record<string, unknown> = { namespace: () => silent };
for (const level of ['debug', 'info', 'warn', 'error']) silent[level] = () => undefined;

interface ProduceRequest {
  topicData: { topic: string; partitions: { partition: number; messages: { value: string }[] }[] }[];
}

/** The leader of partition 1 moves from the second broker to the first while it is being written to. */
function playCluster(stored: string[]) {
  let hasMoved = false;
  const leaderOf = (partition: number) => (partition === 1 && !hasMoved ? 2 : 1);
  const brokerOf = (nodeId: number) => ({
    nodeId,
    async produce({ topicData }: ProduceRequest) {
      if (nodeId === 2) {
        // After the first broker's answer.
        await new Promise((resolve) => setTimeout(resolve, 20));
        hasMoved = true;
        throw new KafkaJSProtocolError({
          type: 'NOT_LEADER_FOR_PARTITION',
          message: 'moved',
          code: 6,
          retriable: true,
        });
      }
      stored.push(
        ...topicData.flatMap((topic) => topic.partitions.flatMap((one) => one.messages.map(({ value }) => value))),
      );
      const answer = ({ partition }: { partition: number }) => ({
        partition,
        errorCode: 0,
        offset: '0',
        timestamp: '-1',
      });
      return {
        topics: topicData.map(({ topic, partitions }) => ({ topicName: topic, partitions: partitions.map(answer) })),
      };
    },
  });
  const brokers = new Map([1, 2].map((nodeId) => [nodeId, brokerOf(nodeId)]));
  const nothing = async () => undefined;
  return {
    targetTopics: new Set(['events']),
    isConnected: () => true,
    ...{ connect: nothing, disconnect: nothing, addMultipleTargetTopics: nothing, refreshMetadata: nothing },
    ...{ refreshMetadataIfNecessary: nothing, removeBroker: nothing },
    findTopicPartitionMetadata: () =>
      [0, 1].map((partitionId) => ({ partitionId, leader: leaderOf(partitionId), isr: [1, 2], replicas: [1, 2] })),
    findLeaderForPartitions: (_topic: string, partitions: number[]) => {
      const byLeader = Map.groupBy(partitions.map(Number), leaderOf);
      return Object.fromEntries(byLeader);
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(Number(nodeId)),
  };
}

async function publish(retry: object) {
  const stored: string[] = [];
  const producer = createProducer({
    ...{
      cluster: playCluster(stored),
      logger: silent,
      idempotent: false,
      createPartitioner: partitioners.DefaultPartitioner,
    },
    retry: { initialRetryTime: 10, maxRetryTime: 20, ...retry },
  });
  await producer.connect();
  const values = ['a', 'b', 'c', 'd', 'e', 'f'];
  const messages = values.map((value) => ({ key: value, value }));
  const send = () => producer.sendBatch({ acks: -1, topicMessages: [{ topic: 'events', messages }] });
  return { send, missing: () => values.filter((value) => !stored.includes(value)) };
}

it('rejects what was not all taken, so that all of it is published again', async () => {
  const { send, missing } = await publish(producerRetry);
  await expect(send()).rejects.toThrow('moved');
  await send();
  expect(missing()).toEqual([]);
});

it('would be told by the library’s own second try that all is sent, when it is not', async () => {
  const { send, missing } = await publish({ retries: 1 });
  await send();
  expect(missing()).not.toEqual([]);
});
