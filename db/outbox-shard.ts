import { createHash } from 'node:crypto';

export const outboxShardCount = 16;

/** What shares a key shares a shard, and with it an order. */
export function shardOf(key: string): number {
  return createHash('md5').update(key).digest().readUInt16BE(0) % outboxShardCount;
}
