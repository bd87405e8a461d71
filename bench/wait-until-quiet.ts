import type { BenchPlatform } from './bench-platform.ts';

/** Everything that follows an operation is done: wakes and starts sent, events published, no attempt open. */
export async function waitUntilQuiet(platform: BenchPlatform): Promise<void> {
  const givesUpAt = Date.now() + 5 * 60_000;
  for (;;) {
    const [row] = await platform.owner<[{ owed: number }]>`
      select (select count(*) from intents)::int + (select count(*) from outbox where published_at is null)::int
           + (select count(*) from payment_attempts where status in ('created', 'sent', 'unknown'))::int as owed`;
    if (row.owed === 0) return;
    if (Date.now() > givesUpAt) throw new Error(`the platform did not come to rest: ${row.owed} rows are still owed`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
