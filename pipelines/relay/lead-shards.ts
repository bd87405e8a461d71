import type { Sql } from '../../db/database.ts';
import { outboxShardCount } from '../../db/outbox-shard.ts';
import { announcePresence, giveUpShards, readLeadership, takeShards } from '../../db/queries/relay-leadership.ts';

/** The inbox has one leader too: its rows are few and need no order. */
export const inboxShard = outboxShardCount;
const shardCount = outboxShardCount + 1;

/**
 * Relays that are alive share the shards evenly: one that joins is left some within a second, and those of one that died are
 * free as soon as PostgreSQL has noticed.
 */
export async function leadShards(leader: Sql): Promise<void> {
  const { mine, held, relayCount, isPresent } = await readLeadership(leader);
  if (!isPresent) await announcePresence(leader);
  const fairCount = Math.ceil(shardCount / (isPresent ? relayCount : relayCount + 1));
  if (mine.length > fairCount) {
    await giveUpShards(leader, mine.slice(fairCount));
    return;
  }
  const free = Array.from({ length: shardCount }, (_, shard) => shard).filter((shard) => !held.includes(shard));
  const wanted = free.slice(0, fairCount - mine.length);
  if (wanted.length > 0) await takeShards(leader, wanted);
}
