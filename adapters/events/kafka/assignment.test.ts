import type { Consumer, EachBatchPayload } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { Assignment } from './assignment.ts';

const topic = 'webhooks.received';

/** A partition as a broker and the group see it: fetched from where the last batch was resolved to. */
function openPartition(assignment: Assignment) {
  let committed = 0;
  let position = 0;
  return {
    join() {
      position = committed;
      assignment.renew();
    },
    /** Messages as far as `end`, from the position at the time it was asked. */
    fetch(end: number): () => void {
      const from = position;
      return () => {
        const messages = Array.from({ length: Math.max(0, end - from) }, (_, index) => ({
          ...{
            offset: String(from + index),
            key: Buffer.from('att_1'),
            value: Buffer.from(String(from + index)),
            headers: {},
          },
        }));
        const payload = {
          batch: { topic, partition: 0, messages, offsetLag: () => '0' },
          resolveOffset: (offset: string) => {
            position = Number(offset) + 1;
          },
          pause: () => () => undefined,
        };
        assignment.take(payload as unknown as EachBatchPayload);
      };
    },
    commit: (offset: string) => {
      committed = Number(offset);
    },
    committed: () => committed,
  };
}

it('skips nothing where a batch that was fetched before the group was joined anew arrives after it', async () => {
  let isAway = true;
  const handled: number[] = [];
  const consumer = {
    commitOffsets: async (positions: { offset: string }[]) =>
      positions.forEach(({ offset }) => partition.commit(offset)),
  } as unknown as Consumer;
  const assignment = new Assignment(
    consumer,
    {
      ...{ group: 'forwarder', topics: [topic], triesMax: 3, retryDelayMs: 10, tryTimeoutMs: 1_000, concurrency: 4 },
      classify: () => 'passing',
      async handle({ offset }) {
        if (isAway) throw new Error('the database is away');
        handled.push(Number(offset));
      },
    },
    { logger: createLogger('test', { level: 'silent' }), deadLetter: async () => undefined },
  );
  const partition = openPartition(assignment);
  partition.join();
  partition.fetch(10)();
  const underWay = partition.fetch(20);
  // The leader of another partition has moved; the answer of this one's broker is still on its way.
  partition.join();
  underWay();
  isAway = false;
  for (const end of [20, 30]) partition.fetch(end)();
  await vi.waitFor(() => expect(handled).toHaveLength(30));
  expect(handled).toEqual(Array.from({ length: 30 }, (_, offset) => offset));
  await assignment.commit();
  expect(partition.committed()).toBe(30);
  await assignment.stop();
});
