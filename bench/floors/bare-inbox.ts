import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { openDatabase } from '../../db/database.ts';

const [, ownerDatabaseUrl = ''] = process.argv.slice(2);

// What no receiver can do without: one durable, deduplicating insert per notification. No signature, tenancy, endpoint or effect.
const sql = openDatabase(ownerDatabaseUrl, { max: 10, name: 'floor' });
await sql`create table if not exists floor_inbox (id text primary key, body bytea not null, at timestamptz default now())`;
const app = new Hono();
app.post('/', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer());
  await sql`insert into floor_inbox (id, body) values (${c.req.header('webhook-id') ?? ''}, ${body}) on conflict do nothing`;
  return c.json({ status: 'received' });
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
