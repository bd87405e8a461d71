import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { backOffMs, postSigned } from '../server/deliver-webhooks.ts';
import type { Sandbox, WebhookTarget } from '../server/sandbox.ts';
import { answer } from '../server/wire.ts';
import {
  listOf,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  whole,
} from './stripe-wire.ts';
import { endpointsOf } from './webhook-endpoints.ts';

const apiVersion = '2026-10-28.endive';
const batchMax = 20;

/** Belongs into the transaction of what it tells. It goes to the account's own endpoints, or where there are none to the process's. */
export function announce(
  sandbox: Sandbox,
  { account, type, object }: { account: string; type: string; object: object },
): void {
  const id = stripeId('evt');
  const now = sandbox.now();
  const body = {
    id,
    object: 'event',
    api_version: apiVersion,
    created: Math.floor(now / 1000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
  sandbox.sql.run`INSERT INTO stripe_events (id, account, body, created_at)
    VALUES (${id}, ${account}, ${JSON.stringify(body)}, ${now})`;
  for (const endpointId of endpointsFor(sandbox, account, type)) {
    sandbox.sql.run`INSERT INTO stripe_deliveries (event_id, endpoint_id, next_at)
      VALUES (${id}, ${endpointId}, ${Date.now()})`;
  }
}

/** Null stands for the process's own target, which gets what accounts without an endpoint have to tell. */
function endpointsFor(sandbox: Sandbox, account: string, type: string): (string | null)[] {
  const endpoints = endpointsOf(sandbox, account);
  if (endpoints.length === 0) return [null];
  const wanting = endpoints.filter(({ enabled_events: wanted }) => wanted.includes('*') || wanted.includes(type));
  return wanting.map(({ id }) => id);
}

/** One round over what is due. The row outlives a crash, so an event may arrive twice and never gets lost. */
export async function deliverDueEvents(sandbox: Sandbox, own: WebhookTarget | null): Promise<void> {
  const { sql } = sandbox;
  const due = sql.all`SELECT d.seq, d.endpoint_id, d.attempt_count, e.account, e.body
    FROM stripe_deliveries d JOIN stripe_events e ON e.id = d.event_id
    WHERE d.next_at <= ${Date.now()} AND (d.endpoint_id IS NOT NULL OR ${own === null ? 0 : 1})
    ORDER BY d.next_at, d.seq LIMIT ${batchMax}`;
  await Promise.all(
    due.map(async (row) => {
      const seq = Number(row.seq);
      const body = Buffer.from(String(row.body));
      const endpoint = endpointsOf(sandbox, String(row.account)).find(({ id }) => id === row.endpoint_id);
      const target = row.endpoint_id === null ? own : endpoint;
      // An endpoint deleted meanwhile wants nothing any more.
      const failure = target ? await deliver(target, body) : null;
      if (failure === null) {
        sql.run`DELETE FROM stripe_deliveries WHERE seq = ${seq}`;
        return;
      }
      const nextAt = Date.now() + backOffMs(Number(row.attempt_count));
      sql.run`UPDATE stripe_deliveries SET attempt_count = attempt_count + 1, next_at = ${nextAt}, last_error = ${failure}
        WHERE seq = ${seq}`;
    }),
  );
}

function deliver({ url, secret }: WebhookTarget, body: Buffer): Promise<string | null> {
  return postSigned(url, { 'stripe-signature': signEvent(secret, body) }, body);
}

/** https://docs.stripe.com/webhooks/signature: the whole secret is the key, its prefix included. */
export function signEvent(secret: string, body: Uint8Array, timestampSeconds = Math.floor(Date.now() / 1000)): string {
  const signature = createHmac('sha256', secret).update(`${timestampSeconds}.`).update(body).digest('hex');
  return `t=${timestampSeconds},v1=${signature}`;
}

export function nextEventDueAt({ sql }: Sandbox, own: WebhookTarget | null): number | null {
  const nextAt = sql.get`SELECT min(next_at) AS next_at FROM stripe_deliveries
    WHERE endpoint_id IS NOT NULL OR ${own === null ? 0 : 1}`?.next_at;
  return nextAt == null ? null : Number(nextAt);
}

const eventsQuery = { ...pageQuery, created: z.strictObject({ gte: whole.default(0) }).default({ gte: 0 }) };

/** `GET /v1/events`, newest first. */
export function listEvents(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const { limit, starting_after: after, created } = readParams(eventsQuery, call.query);
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : seqOf(sandbox, call.account, after);
  const rows = sandbox.sql.all`SELECT body FROM stripe_events
    WHERE account = ${call.account} AND seq < ${before} AND created_at >= ${created.gte * 1000}
    ORDER BY seq DESC LIMIT ${limit + 1}`;
  const events = rows.map((row) => JSON.parse(String(row.body)) as object);
  return listOf('/v1/events', events.slice(0, limit), events.length > limit);
}

export function getEvent(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const row = sandbox.sql.get`SELECT body FROM stripe_events WHERE id = ${id} AND account = ${call.account}`;
  if (row === undefined) throw missing('event', id);
  return answer(200, JSON.parse(String(row.body)) as object);
}

function seqOf(sandbox: Sandbox, account: string, id: string): number {
  const row = sandbox.sql.get`SELECT seq FROM stripe_events WHERE id = ${id} AND account = ${account}`;
  if (row === undefined) throw missing('event', id, 'starting_after');
  return Number(row.seq);
}
