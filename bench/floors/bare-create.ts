import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createSandboxProvider } from '../../adapters/payments/sandbox/sandbox-provider.ts';
import { openDatabase } from '../../db/database.ts';

const [, ownerDatabaseUrl = '', providerUrl = ''] = process.argv.slice(2);

// What no charged create can do without: two durable transactions with a provider's answer between them. No tenancy, invoice,
// ledger, events, engine or key.
const sql = openDatabase(ownerDatabaseUrl, { max: 10, name: 'floor' });
const provider = createSandboxProvider({ baseUrl: providerUrl });
await sql`create table if not exists floor_creates (id text primary key, status text not null, made_at timestamptz default now())`;
const tenantId = 'floor';
const method = await provider.attachMethod({ tenantId, token: 'tok_ok', idempotencyKey: randomUUID() });
const app = new Hono();
app.post('/', async (c) => {
  const id = randomUUID();
  await sql.begin(async (tx) => {
    await tx`insert into floor_creates (id, status) values (${id}, 'sent')`;
  });
  const outcome = await provider.charge({
    tenantId,
    attemptId: id,
    idempotencyKey: id,
    providerMethodId: method.providerMethodId,
    amountMinor: 1999,
    currency: 'USD',
    description: 'floor',
    deadlineAtMonotonicMs: performance.now() + 8_000,
  });
  await sql.begin(async (tx) => {
    await tx`update floor_creates set status = ${outcome.kind} where id = ${id}`;
  });
  return c.json({ id }, 201);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
