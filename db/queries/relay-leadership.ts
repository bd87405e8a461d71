import type { Sql } from '../database.ts';
import { endingWithItsHost, lockClasses } from './advisory-locks.ts';

const { shard: shardClass, presence: presenceClass } = lockClasses;

/** A table of the shards this session leads, by PostgreSQL's own account: a connection that was lost leads none. */
export function ledShards(leader: Sql) {
  return leader`(
    select objid::int as shard from pg_locks
    where locktype = 'advisory' and granted and objsubid = 2 and classid = ${shardClass} and pid = pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database()))`;
}

export interface Leadership {
  /** Shards whose lock this session holds. */
  mine: number[];
  /** Shards some session holds. */
  held: number[];
  relayCount: number;
  isPresent: boolean;
}

/** `leader` is a pool of one direct connection: the locks belong to its session, and end with it. */
export async function readLeadership(leader: Sql): Promise<Leadership> {
  const [row] = await leader<[Leadership]>`
    select coalesce(array_agg(objid::int) filter (where classid = ${shardClass} and pid = pg_backend_pid()), '{}') as mine,
           coalesce(array_agg(objid::int) filter (where classid = ${shardClass}), '{}') as held,
           (count(*) filter (where classid = ${presenceClass}))::int as relay_count,
           coalesce(bool_or(classid = ${presenceClass} and pid = pg_backend_pid()), false) as is_present
    from pg_locks
    where locktype = 'advisory' and granted and objsubid = 2 and classid in (${shardClass}, ${presenceClass})
      and database = (select oid from pg_database where datname = current_database())`;
  return row;
}

/** Once per session. */
export async function announcePresence(leader: Sql): Promise<void> {
  await leader`select pg_try_advisory_lock(${presenceClass}, pg_backend_pid()), ${endingWithItsHost(leader)}`;
}

/** Those among these that are free are led by this session from now on. */
export async function takeShards(leader: Sql, shards: readonly number[]): Promise<void> {
  await leader`select pg_try_advisory_lock(${shardClass}, shard) from unnest(${shards as number[]}::int[]) as wanted(shard)`;
}

export async function giveUpShards(leader: Sql, shards: readonly number[]): Promise<void> {
  await leader`select pg_advisory_unlock(${shardClass}, shard) from unnest(${shards as number[]}::int[]) as given(shard)`;
}
