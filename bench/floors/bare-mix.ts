import { randomUUID } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createSandboxProvider } from '../../adapters/payments/sandbox/sandbox-provider.ts';
import { openDatabase } from '../../db/database.ts';
import { listSubscriptionRows } from '../../db/queries/list-subscriptions.ts';
import { readSubscriptionRows } from '../../db/queries/read-subscription.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';

const [appDatabaseUrl = '', ownerDatabaseUrl = '', providerUrl = ''] = process.argv.slice(2);

// Reads and lists are the same statements under the same tenancy; a change is one durable row, a create two transactions around the
// provider. No key, validation, idempotency, ledger, event, engine or rendering.
const sql = openDatabase(appDatabaseUrl, { max: 10, name: 'floor' });
const owner = openDatabase(ownerDatabaseUrl, { max: 10, name: 'floor-writes' });
const provider = createSandboxProvider({ baseUrl: providerUrl });
await owner`create table if not exists floor_mix (id text primary key, status text not null, made_at timestamptz default now())`;
const tenantId = 'floor';
const method = await provider.attachMethod({ tenantId, token: 'tok_ok', idempotencyKey: randomUUID() });

async function write(id: string, status: string): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`insert into floor_mix (id, status) values (${id}, ${status})
      on conflict (id) do update set status = excluded.status`;
  });
}

const app = new Hono();
app.get('/:tenant/:id', async (c) => {
  const of = c.req.param('tenant') as TenantId;
  const read = await readSubscriptionRows({ sql }, of, c.req.param('id') as SubscriptionId);
  return c.json(read?.sub ?? null);
});
app.get('/:tenant', async (c) => {
  const of = c.req.param('tenant') as TenantId;
  return c.json(await listSubscriptionRows({ sql }, of, { limit: 20 }));
});
app.put('/:tenant/:id', async (c) => {
  const body = await c.req.text();
  await write(c.req.param('id'), `${body.length} bytes`);
  return c.json({ changed: true });
});
app.post('/:tenant', async (c) => {
  const id = randomUUID();
  await write(id, 'sent');
  const outcome = await provider.charge({
    ...{ tenantId, attemptId: id, idempotencyKey: id, providerMethodId: method.providerMethodId },
    ...{ amountMinor: 1999, currency: 'USD', description: 'floor', deadlineAtMonotonicMs: performance.now() + 8_000 },
  });
  await write(id, outcome.kind);
  return c.json({ id }, 201);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
