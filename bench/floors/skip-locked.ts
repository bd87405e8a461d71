import { openDatabase } from '../../db/database.ts';
import type { BenchPlatform } from '../bench-platform.ts';
import { cpuPerOperation, readCpu } from '../cpu.ts';
import { summarize } from '../load.ts';
import type { Round } from '../row.ts';

const concurrency = 16;

/** The least a durable renewal can be: one row per transaction, claimed by `SKIP LOCKED`. The price of durability, not a rival. */
export async function runSkipLockedFloor(platform: BenchPlatform, count: number): Promise<Round> {
  const sql = openDatabase(platform.stack.databaseUrl, { max: concurrency, name: 'floor' });
  await sql`create table if not exists floor_due (id int primary key, due_at timestamptz not null, renewed int not null)`;
  await sql`truncate floor_due`;
  await sql`insert into floor_due select n, now(), 0 from generate_series(1, ${count}::int) n`;
  const before = readCpu(platform.watched);
  const startedAt = performance.now();
  const latencies: number[] = [];
  const renewOne = () =>
    sql.begin(async (tx) => {
      const [row] = await tx<{ id: number }[]>`
        select id from floor_due where due_at <= now() limit 1 for update skip locked`;
      if (!row) return false;
      await tx`update floor_due set due_at = now() + interval '1 month', renewed = renewed + 1 where id = ${row.id}`;
      return true;
    });
  const worker = async () => {
    while (await renewOne()) latencies.push(performance.now() - startedAt);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMs = cpuPerOperation(before, readCpu(platform.watched), count);
  await sql.end();
  return {
    subject: 'one-row SKIP LOCKED loop',
    measured: summarize(latencies, count - latencies.length, seconds),
    cpuMs,
  };
}
