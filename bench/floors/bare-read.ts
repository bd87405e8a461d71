import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { openDatabase } from '../../db/database.ts';
import { readSubscriptionRows } from '../../db/queries/read-subscription.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';

const [appDatabaseUrl = ''] = process.argv.slice(2);

// The same statement under the same tenancy; no key, no validation, no rendering.
const sql = openDatabase(appDatabaseUrl, { max: 10, name: 'floor' });
const app = new Hono();
app.get('/:tenant/:id', async (c) => {
  const read = await readSubscriptionRows(
    { sql },
    c.req.param('tenant') as TenantId,
    c.req.param('id') as SubscriptionId,
  );
  return c.json(read?.sub ?? null);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
